/** HTTP over node:http, for what Node's own `fetch` does not do: other proxies and certificates by client, no redirects, no time limit but the signal's. */
import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { messageOf } from './errors.ts';

/** How other machines are reached. */
export type Network = {
  /** For addresses of http:// and of https://; null: directly. */
  httpProxy: string | null;
  httpsProxy: string | null;
  /** Hosts that are reached directly all the same, with commas between them. */
  noProxy: string | null;
  /** A PEM file of certificate authorities to trust beside Node's. */
  caFile: string | null;
};

export const directly: Network = { httpProxy: null, httpsProxy: null, noProxy: null, caFile: null };

// Not imported: an import of node:http takes all that it exports, and so loads Node's own fetch, for a sixth of a command's CPU.
const http = () => process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

export type Agents = { http: HttpAgent; https: HttpsAgent };

/** This machine is never asked of a proxy, which would look for the address on its own. */
const thisMachine = ['localhost', '.localhost', '127.0.0.1-127.255.255.255', '::1', '[::1]'];

/**
 * What both kinds of agent take. Node's rules for proxies, but that a name in `noProxy` stands for its subdomains too, as it does for curl.
 * @throws Error where the file of certificates cannot be read
 */
export function agentOptions({ httpProxy, httpsProxy, noProxy, caFile }: Network): Record<string, unknown> {
  const named = (noProxy ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  const bypass = named.flatMap((entry) => (/^[\w-]+(\.[\w-]+)*$/.test(entry) ? [entry, `.${entry}`] : [entry]));
  const proxyEnv = {
    ...(httpProxy === null ? {} : { HTTP_PROXY: httpProxy }),
    ...(httpsProxy === null ? {} : { HTTPS_PROXY: httpsProxy }),
    NO_PROXY: [...thisMachine, ...bypass].join(','),
  };
  const ca = caFile === null ? {} : { ca: [...getCACertificates('default'), readCertificates(caFile)] };
  // As Node's global agents have it.
  return { keepAlive: true, scheduling: 'lifo', timeout: 5000, proxyEnv, ...ca };
}

const known = new WeakMap<Network, Agents>();

/** Those that keep the connections made so. @throws Error where the file of certificates cannot be read */
export function agentsOf(network: Network): Agents {
  const options = known.has(network) ? {} : agentOptions(network);
  const agents = known.get(network) ?? { http: new (http().Agent)(options), https: new (https().Agent)(options) };
  known.set(network, agents);
  return agents;
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`SWITCHYARD_CA_FILE: ${messageOf(error)}`);
  }
}

export type HttpRequest = {
  method: string;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal | null;
};

/** Resolves with the head of the response. @throws the signal's abort, or the socket's error with its `code` */
export function requestOver(
  agents: Agents,
  url: URL,
  { method, headers, body, signal }: HttpRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const secure = url.protocol === 'https:';
  const options = { method, headers, ...(signal === null ? {} : { signal }) };
  const request = secure
    ? https().request(url, { ...options, agent: agents.https }, resolve)
    : http().request(url, { ...options, agent: agents.http }, resolve);
  request.on('error', reject);
  request.end(body ?? undefined);
  return promise;
}
