/** Every setting by name: what it is for, what it takes, and what holds without it. */
import type { z } from 'zod';
import { endpointSettings } from './endpoint-settings.ts';
import {
  absolutePath,
  absolutePaths,
  anyText,
  deploymentName,
  environmentName,
  httpUrl,
  key,
  level,
  listenAddress,
  onOff,
  pattern,
  postgresUrl,
  setting,
  token,
  traceSink,
  userName,
  webhookSecret,
  webhookUrl,
  whole,
  word,
} from './setting-values.ts';
import { serveKeys } from './serve-keys.ts';

/** The one table: `.env.example` has the same names in the same order (tested). */
export const settings = {
  ...endpointSettings,
  SWITCHYARD_HOME: setting(
    'Where server, indexes, journal and logs live.',
    absolutePath,
    '.switchyard in the checkout; for the npm package, the folder that `switchyard doctor` names',
  ),
  SWITCHYARD_INDEX_DIRECTORY: setting(
    'Where indexes and clones live, which hold the source text in the clear, for an encrypted disk.',
    absolutePath,
    'SWITCHYARD_HOME',
  ),
  SWITCHYARD_STORE_URL: setting(
    'A Postgres database that workers on several machines share: the text of conversations and the journal of replies.',
    postgresUrl,
    'both are in the data directory, and no other worker has them',
    true,
  ),
  SWITCHYARD_ENCRYPTION_KEYS: setting(
    'A file with keys, which turns encryption on: see `switchyard keys`. The first encrypts, all of them decrypt.',
    absolutePath,
    'nothing is encrypted',
  ),
  SWITCHYARD_PAYLOAD_COMPRESSION: setting(
    'Whether payloads to Temporal are compressed: on or off. Encrypted ones always are.',
    onOff,
    'off, unless they are encrypted',
  ),
  SWITCHYARD_CODEC_ENDPOINT: setting(
    'The address of `switchyard codec-server` as browsers reach it, which our own Web UI is then told.',
    httpUrl,
    'the Web UI shows what is encrypted as it is stored',
  ),
  SWITCHYARD_CODEC_TOKEN: setting('The token that callers of the codec server must have.', token, null, true),
  SWITCHYARD_RETENTION_DAYS: setting(
    'Days that what an ended run needs is kept: its history and trace, and for `switchyard gc` its snapshot and content.',
    whole(1, 3650),
    '90',
  ),
  SWITCHYARD_TASK_QUEUE: setting('The Temporal task queue of workflows and activities.', word, 'switchyard'),
  SWITCHYARD_DEPLOYMENT: setting(
    'A Worker Deployment of Temporal: workers of different code then run side by side, each run on the code it began with.',
    deploymentName,
    'workers are not versioned',
  ),
  SWITCHYARD_BUILD_ID: setting(
    'The version of the workflow code within that deployment.',
    deploymentName,
    'a hash of the workflow code',
  ),
  SWITCHYARD_TEMPORAL_EXECUTABLE: setting(
    'The `temporal` executable to run.',
    absolutePath,
    'one on PATH, else fetched once',
  ),
  SWITCHYARD_TEMPORAL_UI_URL: setting(
    'The Web UI of the server that TEMPORAL_ADDRESS names, for links to it.',
    httpUrl,
    "no links, except to the data directory's own server",
  ),
  SWITCHYARD_TRACES: setting(
    'Where traces go: langfuse, file or none.',
    traceSink,
    'langfuse with its two keys, else files in the data directory',
  ),
  LANGFUSE_PUBLIC_KEY: setting('The public key of a Langfuse project.', key),
  LANGFUSE_SECRET_KEY: setting('Its secret key.', key, null, true),
  LANGFUSE_BASE_URL: setting('The Langfuse server.', httpUrl, 'https://cloud.langfuse.com'),
  SWITCHYARD_LANGFUSE_UI_URL: setting('Where browsers reach that Langfuse, for links.', httpUrl, 'LANGFUSE_BASE_URL'),
  LANGFUSE_TRACING_ENVIRONMENT: setting('The environment that traces are filed under.', environmentName, 'default'),
  LANGFUSE_RELEASE: setting('The release that traces are filed under.', word),
  LANGFUSE_PROMPT_LABEL: setting(
    'Takes prompts with this label from Langfuse.',
    word,
    'the prompts of the pipeline files',
  ),
  SWITCHYARD_REDACT: setting('What else is taken out of traces and logs, as one regular expression.', pattern),
  SWITCHYARD_USER: setting('Who asks, as traces show it.', userName),
  SWITCHYARD_WEBHOOK_URL: setting('An address that is told when a run waits for a person, ends or fails.', webhookUrl),
  SWITCHYARD_WEBHOOK_SECRET: setting('What these deliveries are signed with.', webhookSecret, null, true),
  SWITCHYARD_SERVE_KEYS: setting(
    'Who may use `switchyard serve`: names and their keys, or the file that has them.',
    serveKeys,
    'one key, which `switchyard serve` makes and prints once',
    true,
  ),
  SWITCHYARD_TOOLS: setting('Modules with tools of your own, for specialists.', absolutePaths),
  SWITCHYARD_MCP_SERVERS: setting(
    'A JSON file that names foreign MCP servers, for tools of specialists (docs/foreign-tools.md).',
    absolutePath,
    'none',
  ),
  SWITCHYARD_METRICS_ADDRESS: setting(
    'Where a worker serves metrics for Prometheus.',
    listenAddress,
    '127.0.0.1:9464 for a worker alone, nowhere for `switchyard up`',
  ),
  SWITCHYARD_OFFLINE_FAULTS: setting("Seeded faults of the offline model; see 'switchyard model --help'.", anyText),
  SWITCHYARD_OFFLINE_PACE_MS: setting(
    'Milliseconds between the chunks that the offline model streams.',
    whole(0, 10_000),
    '0',
  ),
  SWITCHYARD_LOG_LEVEL: setting('How much the worker and the runtime log.', level, 'info'),
};

export type SettingName = keyof typeof settings;
export type SettingValue<Name extends SettingName> = z.output<(typeof settings)[Name]['schema']>;

export const settingNames: readonly SettingName[] = Object.keys(settings).filter(isSettingName);

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** The value of a setting; null where it is not set, or wrong. */
export type Reader = <Name extends SettingName>(name: Name) => SettingValue<Name> | null;
