/** What the settings say of the models that are asked: chat models, their fallback, and the one that embeds. */
import type { ModelAccess } from '../contracts/model/access.ts';
import { noLimits } from '../contracts/model/limits.ts';
import { directly } from '../lib/http-request.ts';
import type { Config } from './config.ts';
import type { Reader } from './settings.ts';

const remoteModel = 'gpt-5-mini';
const offlineModel = 'switchyard-offline';

export function modelSettings(read: Reader): Config['model'] {
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
export function embeddingSettings(read: Reader, chat: Config['model'], mistakes: string[]): Config['embeddings'] {
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
