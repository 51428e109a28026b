/** Everything that the environment decides, read once, checked whole, passed on as a value. */

import type { Encryption } from '../codecs/cipher.ts';
import type { ModelRole } from '../contracts/chat.ts';
import type { ForeignServers } from '../contracts/foreign/servers.ts';
import type { ModelAccess } from '../contracts/model/access.ts';
import type { EndpointName, ModelLimits } from '../contracts/model/limits.ts';
import type { CapabilityOverride } from '../contracts/model/capabilities.ts';
import type { StoreAddress } from '../contracts/store-address.ts';
import type { ServeKey } from './serve-keys.ts';

/** Built by `readConfig` in read-config.ts; nothing else reads the environment. */
export type Config = {
  /** Where server, snapshots, content, journal and lock live; absolute. */
  dataDirectory: string;
  /** The folder of indexes and clones: the one part that holds source text in the clear. `dataDirectory` unless set. */
  indexDirectory: string;
  /** Where content and journal live in place of the data directory; null: there. */
  sharedStore: StoreAddress | null;
  encryption: Encryption & {
    /** The file that holds the keys; null: nothing is encrypted. */
    file: string | null;
  };
  /** The codec server that lets the Web UI show what is encrypted. */
  codecServer: {
    /** Its address as browsers reach it; null: the Web UI of our own server is not told of one. */
    endpoint: string | null;
    /** What callers must know. */
    token: string | null;
  };
  /** How long what ended runs need is kept: histories, traces, snapshots, content. */
  retentionDays: number;
  taskQueue: string;
  /** Worker Versioning; null: off. `buildId` null: the hash of the workflow code. */
  deployment: { name: string; buildId: string | null } | null;
  temporal: {
    /** A `temporal` executable to use; null looks for one. */
    executable: string | null;
    /** True when TEMPORAL_ADDRESS or TEMPORAL_PROFILE names a server: then none is started. */
    external: boolean;
    /** The Web UI of an external server; null gives no links. */
    uiUrl: string | null;
    /** The TEMPORAL_* settings in force, for `loadClientConnectConfig({ overrideEnvVars })`, which alone reads them. */
    environment: Record<string, string>;
  };
  model: {
    apiKey: string | null;
    baseUrl: string | null;
    /** True when neither a key nor a base URL is set: the offline model answers. */
    offline: boolean;
    router: string;
    specialist: string;
    judge: string;
    synthesizer: string;
    timeoutSeconds: number;
    /** Path of the user's prices; null: none. */
    pricesFile: string | null;
    /** Extra output tokens allowed to models that reason before they answer. */
    reasoningTokens: number;
    /** False: replies are asked for in one piece. */
    stream: boolean;
    /** How long a stream may be silent once the reply has begun. */
    idleSeconds: number;
    /** Header of the key, extra headers, proxies and certificates. */
    access: ModelAccess;
    /** Fields added to each request of a role. */
    extraBody: Partial<Record<ModelRole, Record<string, unknown>>>;
    /** A file that says what endpoints and models take; null: none. */
    capabilitiesFile: string | null;
    /** What it says. */
    capabilities: readonly CapabilityOverride[];
    /** Attempts at one model call, failures included. */
    attempts: number;
    heartbeatSeconds: number;
    /** What each endpoint may be asked, by the configuration. */
    limits: Record<EndpointName, ModelLimits>;
    /** When an endpoint that is out is left alone. */
    circuit: { failures: number; seconds: number };
    /** Another endpoint, for fallback models; null: they are asked at the same one. */
    fallback: { baseUrl: string; apiKey: string | null } | null;
    /** How long runs and benchmarks wait for a person. */
    personWaitDays: number;
  };
  /** For whom questions are asked; null: for nobody in particular. */
  tenant: string | null;
  /** Who asks, for traces; null: nobody in particular. */
  user: string | null;
  /** Null: search is by words alone. */
  embeddings: {
    /** Null: OpenAI's own. */
    baseUrl: string | null;
    apiKey: string | null;
    model: string;
    queryModel: string;
    dimensions: number | null;
    queryPrefix: string;
    passagePrefix: string;
    batch: number;
    maxCharacters: number;
    timeoutSeconds: number;
    access: ModelAccess;
    /** Of the ranking by vectors, where the one by words has 1. */
    weight: number;
  } | null;
  traces: {
    sink: 'langfuse' | 'file' | 'none';
    /** Null unless both keys are set. */
    langfuse: {
      baseUrl: string;
      /** Where browsers reach it. */
      linkUrl: string;
      publicKey: string;
      secretKey: string;
      timeoutSeconds: number;
      network: ModelAccess['network'];
    } | null;
    environment: string;
    release: string | null;
    /** Prompts with this label are taken from Langfuse; null: the pipelines' own. */
    promptLabel: string | null;
    /** The source of a regular expression: what it matches is taken out of traces and logs. */
    redact: string | null;
  };
  /** Who is told when runs wait for a person, end or fail; null: nobody. */
  webhook: { url: string; secret: Uint8Array; network: ModelAccess['network'] } | null;
  /** Who may use `switchyard serve`; none: it makes a key of its own. `file`: where they were read. */
  serve: { keys: readonly ServeKey[]; file: string | null };
  /** How long a worker that is told to stop goes on with what it has begun; 30 unless given. */
  stopSeconds?: number;
  /** host:port to serve Prometheus metrics at; null leaves it to the program. */
  metricsAddress: string | null;
  /** Modules with tools of one's own, absolute paths. */
  toolModules: readonly string[];
  /** Foreign MCP servers whose tools specialists may use, by name. */
  foreignServers: {
    /** The file that names them; null: there are none. */
    file: string | null;
    /** What it says. */
    servers: ForeignServers;
    /** How those are reached that have an address. */
    network: ModelAccess['network'];
  };
  /** The fault switch of the embedded offline model; null when off. */
  offlineFaults: string | null;
  /** Milliseconds between the chunks of its streams. */
  offlinePaceMs: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
};
