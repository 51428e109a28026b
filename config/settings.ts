/** Every setting by name: what it is for, what it takes, and what holds without it. */
import type { z } from 'zod';
import {
  absolutePath,
  absolutePaths,
  anyText,
  deploymentName,
  environmentName,
  extraBody,
  headerName,
  headerValues,
  httpUrl,
  key,
  type Kind,
  level,
  modelLimits,
  tenant,
  listenAddress,
  onOff,
  pattern,
  proxyUrl,
  token,
  traceSink,
  whole,
  word,
} from './setting-values.ts';

export type Setting<Value> = {
  /** One line for .env.example and for `doctor`. */
  about: string;
  /** What a value must be, to end the sentence "NAME: expected …"; the schema's own words are not shown. */
  expects: string;
  /** What holds when it is not set, as a person would write it; null: nothing. */
  unset: string | null;
  /** True: never shown. */
  secret: boolean;
  /** Takes the text as it is written. */
  schema: z.ZodType<Value, string>;
};

function setting<Value>(
  about: string,
  [expects, schema]: Kind<Value>,
  unset: string | null = null,
  secret = false,
): Setting<Value> {
  return { about, expects, unset, secret, schema };
}

const sameAsAll = 'SWITCHYARD_MODEL';

/** The one table: `.env.example` has the same names in the same order (tested). */
export const settings = {
  OPENAI_API_KEY: setting(
    'Key of the model provider.',
    key,
    'the offline model answers, unless OPENAI_BASE_URL is set',
    true,
  ),
  OPENAI_BASE_URL: setting(
    'Any OpenAI-compatible server: vLLM, Ollama, llama.cpp, a gateway.',
    httpUrl,
    "OpenAI's own, with a key",
  ),
  SWITCHYARD_MODEL: setting(
    'The model of every role that has none of its own.',
    word,
    'gpt-5-mini, or switchyard-offline without key and base URL',
  ),
  SWITCHYARD_MODEL_ROUTER: setting('The model that picks the route.', word, sameAsAll),
  SWITCHYARD_MODEL_SPECIALIST: setting('The model of the specialists.', word, sameAsAll),
  SWITCHYARD_MODEL_JUDGE: setting('The model that reviews drafts.', word, sameAsAll),
  SWITCHYARD_MODEL_SYNTHESIZER: setting('The model that merges several drafts.', word, sameAsAll),
  SWITCHYARD_MODEL_PRICES: setting(
    'A JSON file with prices of models, which come before the known ones.',
    absolutePath,
    'the prices of @pydantic/genai-prices',
  ),
  SWITCHYARD_MODEL_LIMITS: setting(
    'What the endpoint may be asked: calls and tokens a minute, calls at once.',
    modelLimits,
  ),
  SWITCHYARD_FALLBACK_LIMITS: setting('The same for the endpoint of fallback models.', modelLimits),
  SWITCHYARD_TENANT: setting('For whom questions are asked: tenants have fair shares of what there is.', tenant),
  SWITCHYARD_FALLBACK_BASE_URL: setting(
    'Where the fallback models of pipelines are asked.',
    httpUrl,
    'the endpoint of the other models',
  ),
  SWITCHYARD_FALLBACK_API_KEY: setting('Key of that server.', key, null, true),
  SWITCHYARD_CIRCUIT_FAILURES: setting(
    'Calls in a row that fail before an endpoint that is out is left alone; 0: never.',
    whole(0, 1000),
    '10',
  ),
  SWITCHYARD_CIRCUIT_SECONDS: setting('Seconds that it is left alone at first.', whole(1, 3600), '15'),
  SWITCHYARD_MODEL_TIMEOUT_SECONDS: setting('Seconds that one model call may take.', whole(1, 3600), '120'),
  SWITCHYARD_MODEL_ATTEMPTS: setting('Attempts at one model call, failures included.', whole(1, 100), '5'),
  SWITCHYARD_HEARTBEAT_SECONDS: setting('Seconds without a heartbeat after which a call is lost.', whole(2, 600), '5'),
  SWITCHYARD_STOP_SECONDS: setting(
    'Seconds that a worker goes on with what it has begun once it is told to stop.',
    whole(1, 600),
    '30',
  ),
  SWITCHYARD_PERSON_WAIT_DAYS: setting(
    'Days that a run or a benchmark waits for a person before it ends.',
    whole(1, 60),
    '30',
  ),
  SWITCHYARD_REASONING_TOKENS: setting(
    'Output tokens on top of the visible ones, for models that reason first.',
    whole(0, 200_000),
    '4000',
  ),
  SWITCHYARD_MODEL_STREAM: setting(
    'Whether replies are streamed, where the endpoint does that: on or off.',
    onOff,
    'on',
  ),
  SWITCHYARD_MODEL_IDLE_SECONDS: setting(
    'Seconds that a streamed reply may be silent once it has begun.',
    whole(1, 3600),
    '60',
  ),
  SWITCHYARD_MODEL_API_KEY_HEADER: setting(
    'The header that carries the key.',
    headerName,
    'api-key for addresses of Azure, else authorization',
  ),
  SWITCHYARD_MODEL_HEADERS: setting('More headers for each request, as JSON.', headerValues, null, true),
  SWITCHYARD_MODEL_BODY: setting('More fields for each request of a role, as JSON.', extraBody),
  SWITCHYARD_CA_FILE: setting('A PEM file of certificate authorities to trust beside those of Node.', absolutePath),
  HTTP_PROXY: setting('The proxy for addresses of http://.', proxyUrl),
  HTTPS_PROXY: setting('The proxy for addresses of https://.', proxyUrl),
  NO_PROXY: setting('Hosts that are reached without it, with commas between them.', anyText),
  SWITCHYARD_MODEL_CAPABILITIES: setting(
    'A JSON file that says what endpoints and models take; `doctor --model` shows the names.',
    absolutePath,
    'what is known of the family, and what calls learn',
  ),
  SWITCHYARD_EMBEDDINGS_MODEL: setting(
    'The model that turns text into vectors, which switches embeddings on.',
    word,
    'no embeddings: search is by words alone',
  ),
  SWITCHYARD_EMBEDDINGS_QUERY_MODEL: setting(
    'Its name for questions, where the endpoint has two.',
    word,
    'SWITCHYARD_EMBEDDINGS_MODEL',
  ),
  SWITCHYARD_EMBEDDINGS_BASE_URL: setting(
    'Any OpenAI-compatible server that embeds: Ollama, vLLM, TEI, llama.cpp.',
    httpUrl,
    'OPENAI_BASE_URL',
  ),
  SWITCHYARD_EMBEDDINGS_API_KEY: setting(
    'Key of that server.',
    key,
    'OPENAI_API_KEY, unless SWITCHYARD_EMBEDDINGS_BASE_URL is set',
    true,
  ),
  SWITCHYARD_EMBEDDINGS_DIMENSIONS: setting(
    'Numbers a vector, asked of models that can give fewer.',
    whole(1, 8192),
    'as many as the model gives',
  ),
  SWITCHYARD_EMBEDDINGS_QUERY_PREFIX: setting('Put before every question.', anyText),
  SWITCHYARD_EMBEDDINGS_PASSAGE_PREFIX: setting('Put before every piece of the repository.', anyText),
  SWITCHYARD_EMBEDDINGS_BATCH: setting('Texts in one request.', whole(1, 2048), '32'),
  SWITCHYARD_EMBEDDINGS_MAX_CHARACTERS: setting('Longer texts are embedded in pieces.', whole(200, 1_000_000), '4000'),
  SWITCHYARD_EMBEDDINGS_TIMEOUT_SECONDS: setting('Seconds that one request may take.', whole(1, 3600), '60'),
  SWITCHYARD_EMBEDDINGS_WEIGHT: setting(
    'What the ranking by vectors counts against the one by words, in percent.',
    whole(0, 1000),
    '10',
  ),
  SWITCHYARD_HOME: setting(
    'Where server, indexes, journal and logs live.',
    absolutePath,
    '.switchyard in the checkout',
  ),
  SWITCHYARD_INDEX_DIRECTORY: setting(
    'Where indexes and clones live, which hold the source text in the clear, for an encrypted disk.',
    absolutePath,
    'SWITCHYARD_HOME',
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
  SWITCHYARD_TOOLS: setting('Modules with tools of your own, for specialists.', absolutePaths),
  SWITCHYARD_METRICS_ADDRESS: setting(
    'Where a worker serves metrics for Prometheus.',
    listenAddress,
    '127.0.0.1:9464 for a worker alone, nowhere for `switchyard up`',
  ),
  SWITCHYARD_OFFLINE_FAULTS: setting("Seeded faults of the offline model; see 'switchyard model --help'.", anyText),
  SWITCHYARD_LOG_LEVEL: setting('How much the worker and the runtime log.', level, 'info'),
};

export type SettingName = keyof typeof settings;
export type SettingValue<Name extends SettingName> = z.output<(typeof settings)[Name]['schema']>;

export const settingNames: readonly SettingName[] = Object.keys(settings).filter(isSettingName);

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}
