/** Turns the environment into a Config, or into the list of everything that is wrong with it. */
import type { ModelAccess } from '../contracts/model/access.ts';
import { noLimits } from '../contracts/model/limits.ts';
import { directly } from '../lib/http-request.ts';
import type { Config } from './config.ts';
import { type EnvFile, parseEnvFile } from './env-file.ts';
import { nearestSetting } from './nearest-setting.ts';
import { isSettingName, type SettingName, type SettingValue, settings } from './settings.ts';

/** Each mistake is one line that names the setting (or file and line) and says what is expected. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

type Reader = <Name extends SettingName>(name: Name) => SettingValue<Name> | null;

export const defaultRetentionDays = 90;
const remoteModel = 'gpt-5-mini';
const offlineModel = 'switchyard-offline';

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

function modelSettings(read: Reader): Config['model'] {
  const apiKey = read('OPENAI_API_KEY');
  const baseUrl = read('OPENAI_BASE_URL');
  const offline = apiKey === null && baseUrl === null;
  const model = read('SWITCHYARD_MODEL') ?? (offline ? offlineModel : remoteModel);
  return {
    apiKey,
    baseUrl,
    offline,
    router: read('SWITCHYARD_MODEL_ROUTER') ?? model,
    specialist: read('SWITCHYARD_MODEL_SPECIALIST') ?? model,
    judge: read('SWITCHYARD_MODEL_JUDGE') ?? model,
    synthesizer: read('SWITCHYARD_MODEL_SYNTHESIZER') ?? model,
    pricesFile: read('SWITCHYARD_MODEL_PRICES'),
    timeoutSeconds: read('SWITCHYARD_MODEL_TIMEOUT_SECONDS') ?? 120,
    reasoningTokens: read('SWITCHYARD_REASONING_TOKENS') ?? 4000,
    stream: read('SWITCHYARD_MODEL_STREAM') ?? true,
    idleSeconds: read('SWITCHYARD_MODEL_IDLE_SECONDS') ?? 60,
    access: {
      keyHeader: read('SWITCHYARD_MODEL_API_KEY_HEADER'),
      headers: read('SWITCHYARD_MODEL_HEADERS') ?? {},
      network: networkSettings(read, offline),
    },
    extraBody: read('SWITCHYARD_MODEL_BODY') ?? {},
    capabilitiesFile: read('SWITCHYARD_MODEL_CAPABILITIES'),
    // `loadConfig` reads the file.
    capabilities: [],
    attempts: read('SWITCHYARD_MODEL_ATTEMPTS') ?? 5,
    heartbeatSeconds: read('SWITCHYARD_HEARTBEAT_SECONDS') ?? 5,
    limits: {
      model: read('SWITCHYARD_MODEL_LIMITS') ?? noLimits,
      fallback: read('SWITCHYARD_FALLBACK_LIMITS') ?? noLimits,
    },
    circuit: {
      failures: read('SWITCHYARD_CIRCUIT_FAILURES') ?? 10,
      seconds: read('SWITCHYARD_CIRCUIT_SECONDS') ?? 15,
    },
    fallback: fallbackSettings(read),
    personWaitDays: read('SWITCHYARD_PERSON_WAIT_DAYS') ?? 30,
  };
}

/** It never gets the key of the first server. */
function fallbackSettings(read: Reader): Config['model']['fallback'] {
  const baseUrl = read('SWITCHYARD_FALLBACK_BASE_URL');
  const apiKey = read('SWITCHYARD_FALLBACK_API_KEY');
  return baseUrl === null ? null : { baseUrl, apiKey };
}

function deploymentSettings(read: Reader, mistakes: string[]): Config['deployment'] {
  const [name, buildId] = [read('SWITCHYARD_DEPLOYMENT'), read('SWITCHYARD_BUILD_ID')];
  if (name !== null) return { name, buildId };
  if (buildId !== null) mistakes.push('SWITCHYARD_BUILD_ID: needs SWITCHYARD_DEPLOYMENT, the deployment that it is of');
  return null;
}

function networkSettings(read: Reader, offline: boolean): ModelAccess['network'] {
  // Proxies are set for other programs too: one that we cannot use is no mistake where we reach for nothing.
  const reaches =
    !offline ||
    read('SWITCHYARD_EMBEDDINGS_MODEL') !== null ||
    read('LANGFUSE_SECRET_KEY') !== null ||
    read('SWITCHYARD_WEBHOOK_URL') !== null ||
    read('SWITCHYARD_MCP_SERVERS') !== null;
  if (!reaches) return directly;
  return {
    httpProxy: read('HTTP_PROXY'),
    httpsProxy: read('HTTPS_PROXY'),
    noProxy: read('NO_PROXY'),
    caFile: read('SWITCHYARD_CA_FILE'),
  };
}

/** A server of its own never gets the key and the headers of the chat model's. */
function embeddingSettings(read: Reader, chat: Config['model'], mistakes: string[]): Config['embeddings'] {
  const own = read('SWITCHYARD_EMBEDDINGS_BASE_URL');
  const ownKey = read('SWITCHYARD_EMBEDDINGS_API_KEY');
  const model = read('SWITCHYARD_EMBEDDINGS_MODEL');
  const settings = {
    baseUrl: own ?? chat.baseUrl,
    apiKey: ownKey ?? (own === null ? chat.apiKey : null),
    queryModel: read('SWITCHYARD_EMBEDDINGS_QUERY_MODEL') ?? model ?? '',
    dimensions: read('SWITCHYARD_EMBEDDINGS_DIMENSIONS'),
    queryPrefix: read('SWITCHYARD_EMBEDDINGS_QUERY_PREFIX') ?? '',
    passagePrefix: read('SWITCHYARD_EMBEDDINGS_PASSAGE_PREFIX') ?? '',
    batch: read('SWITCHYARD_EMBEDDINGS_BATCH') ?? 32,
    maxCharacters: read('SWITCHYARD_EMBEDDINGS_MAX_CHARACTERS') ?? 4000,
    timeoutSeconds: read('SWITCHYARD_EMBEDDINGS_TIMEOUT_SECONDS') ?? 60,
    access: own === null ? chat.access : { ...chat.access, keyHeader: null, headers: {} },
    weight: (read('SWITCHYARD_EMBEDDINGS_WEIGHT') ?? 10) / 100,
  };
  if (model === null) {
    if (own !== null)
      mistakes.push('SWITCHYARD_EMBEDDINGS_MODEL: expected a name, as SWITCHYARD_EMBEDDINGS_BASE_URL is set');
    return null;
  }
  if (settings.baseUrl === null && settings.apiKey === null)
    mistakes.push('SWITCHYARD_EMBEDDINGS_MODEL: expected SWITCHYARD_EMBEDDINGS_BASE_URL or a key beside it');
  return { ...settings, model };
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
