/** Turns the environment into a Config, or into the list of everything that is wrong with it. */
import type { ModelAccess } from '../contracts/model/access.ts';
import type { Config } from './config.ts';
import { type EnvFile, parseEnvFile } from './env-file.ts';
import { embeddingSettings, modelSettings } from './model-settings.ts';
import { nearestSetting } from './nearest-setting.ts';
import { isSettingName, type Reader, type SettingValue, settings } from './settings.ts';

/** Each mistake is one line that names the setting (or file and line) and says what is expected. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

export const defaultRetentionDays = 90;

/**
 * The configuration that an environment gives. Pure.
 * @param env the real environment; it wins over the file, and an empty value there unsets what the file says.
 * @param envFile the `.env` file; null where there is none.
 * @param dataDirectory absolute path of the data directory, unless a setting names another one.
 * @throws ConfigError with every mistake at once.
 */
export function readConfig(
  env: Record<string, string | undefined>,
  envFile: EnvFile | null,
  dataDirectory: string,
): Config {
  const file = envFile === null ? { values: {}, mistakes: [] } : parseEnvFile(envFile);
  const merged = withoutEmpty({ ...withCapitals(file.values), ...withCapitals(env) });
  const mistakes = [...file.mistakes, ...unknownNames(merged)];
  const read: Reader = (name) => {
    const text = merged[name];
    if (text === undefined) return null;
    const { success, data } = settings[name].schema.safeParse(text);
    if (!success) mistakes.push(`${name}: expected ${settings[name].expects}`);
    // The table pairs each name with its own schema; the compiler can't follow that pairing through the index.
    const value = success ? (data as SettingValue<typeof name>) : null;
    return value;
  };
  const config = assemble(read, temporalNames(merged), dataDirectory, mistakes);
  if (mistakes.length > 0) throw new ConfigError([...new Set(mistakes)]);
  return config;
}

function assemble(read: Reader, environment: Record<string, string>, unnamed: string, mistakes: string[]): Config {
  const model = modelSettings(read);
  const dataDirectory = read('SWITCHYARD_HOME') ?? unnamed;
  const keysFile = read('SWITCHYARD_ENCRYPTION_KEYS');
  const storeUrl = read('SWITCHYARD_STORE_URL');
  return {
    dataDirectory,
    indexDirectory: read('SWITCHYARD_INDEX_DIRECTORY') ?? dataDirectory,
    sharedStore: storeUrl === null ? null : { ...storeUrl, caFile: read('SWITCHYARD_CA_FILE') },
    // `loadConfig` reads the keys.
    encryption: { file: keysFile, keys: [], compression: read('SWITCHYARD_PAYLOAD_COMPRESSION') ?? keysFile !== null },
    codecServer: { endpoint: read('SWITCHYARD_CODEC_ENDPOINT'), token: read('SWITCHYARD_CODEC_TOKEN') },
    retentionDays: read('SWITCHYARD_RETENTION_DAYS') ?? defaultRetentionDays,
    taskQueue: read('SWITCHYARD_TASK_QUEUE') ?? 'switchyard',
    deployment: deploymentSettings(read, mistakes),
    temporal: {
      executable: read('SWITCHYARD_TEMPORAL_EXECUTABLE'),
      external: environment.TEMPORAL_ADDRESS !== undefined || environment.TEMPORAL_PROFILE !== undefined,
      uiUrl: read('SWITCHYARD_TEMPORAL_UI_URL'),
      environment,
    },
    model,
    tenant: read('SWITCHYARD_TENANT'),
    user: read('SWITCHYARD_USER'),
    embeddings: embeddingSettings(read, model, mistakes),
    traces: traceSettings(read, model.access.network, mistakes),
    webhook: webhookSettings(read, model.access.network, mistakes),
    // `loadConfig` reads the file.
    serve: { keys: [], file: null, ...read('SWITCHYARD_SERVE_KEYS') },
    stopSeconds: read('SWITCHYARD_STOP_SECONDS') ?? 30,
    metricsAddress: read('SWITCHYARD_METRICS_ADDRESS'),
    toolModules: read('SWITCHYARD_TOOLS') ?? [],
    // `loadConfig` reads the file.
    foreignServers: { file: read('SWITCHYARD_MCP_SERVERS'), servers: {}, network: model.access.network },
    offlineFaults: read('SWITCHYARD_OFFLINE_FAULTS'),
    offlinePaceMs: read('SWITCHYARD_OFFLINE_PACE_MS') ?? 0,
    logLevel: read('SWITCHYARD_LOG_LEVEL') ?? 'info',
  };
}

function deploymentSettings(read: Reader, mistakes: string[]): Config['deployment'] {
  const [name, buildId] = [read('SWITCHYARD_DEPLOYMENT'), read('SWITCHYARD_BUILD_ID')];
  if (name !== null) return { name, buildId };
  if (buildId !== null) mistakes.push('SWITCHYARD_BUILD_ID: needs SWITCHYARD_DEPLOYMENT, the deployment that it is of');
  return null;
}

const langfuseCloud = 'https://cloud.langfuse.com';
/** One request to Langfuse. */
const langfuseSeconds = 10;

function traceSettings(read: Reader, network: ModelAccess['network'], mistakes: string[]): Config['traces'] {
  const [publicKey, secretKey] = [read('LANGFUSE_PUBLIC_KEY'), read('LANGFUSE_SECRET_KEY')];
  const baseUrl = read('LANGFUSE_BASE_URL') ?? langfuseCloud;
  const complete = publicKey !== null && secretKey !== null;
  const linkUrl = read('SWITCHYARD_LANGFUSE_UI_URL') ?? baseUrl;
  const langfuse = complete
    ? { baseUrl, linkUrl, publicKey, secretKey, timeoutSeconds: langfuseSeconds, network }
    : null;
  const sink = read('SWITCHYARD_TRACES') ?? (langfuse === null ? 'file' : 'langfuse');
  if (sink === 'langfuse' && langfuse === null)
    mistakes.push('SWITCHYARD_TRACES: expected LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY beside langfuse');
  const promptLabel = read('LANGFUSE_PROMPT_LABEL');
  if (promptLabel !== null && langfuse === null)
    mistakes.push('LANGFUSE_PROMPT_LABEL: expected LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY beside it');
  return {
    sink,
    langfuse,
    promptLabel,
    environment: read('LANGFUSE_TRACING_ENVIRONMENT') ?? 'default',
    release: read('LANGFUSE_RELEASE'),
    redact: read('SWITCHYARD_REDACT'),
  };
}

function webhookSettings(read: Reader, network: ModelAccess['network'], mistakes: string[]): Config['webhook'] {
  const [url, secret] = [read('SWITCHYARD_WEBHOOK_URL'), read('SWITCHYARD_WEBHOOK_SECRET')];
  if (url !== null && secret !== null) return { url, secret, network };
  if (url !== null) mistakes.push('SWITCHYARD_WEBHOOK_URL: expected SWITCHYARD_WEBHOOK_SECRET beside it');
  if (secret !== null) mistakes.push('SWITCHYARD_WEBHOOK_SECRET: expected SWITCHYARD_WEBHOOK_URL beside it');
  return null;
}

function unknownNames(merged: Record<string, string>): string[] {
  return Object.keys(merged)
    .filter((name) => name.startsWith('SWITCHYARD_') && !isSettingName(name))
    .map((name) => `${name}: there is no such setting; did you mean ${nearestSetting(name)}?`);
}

function temporalNames(merged: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(merged).filter(([name]) => name.startsWith('TEMPORAL_')));
}

const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const;

/** The names of proxies are written either way; as everywhere, the small ones win. */
export function withCapitals(values: Record<string, string | undefined>): Record<string, string | undefined> {
  const small = proxyNames.flatMap((name) => {
    const value = values[name.toLowerCase()];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...values, ...Object.fromEntries(small) };
}

function withoutEmpty(values: Record<string, string | undefined>): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value.trim() !== '') set[name] = value;
  return set;
}
