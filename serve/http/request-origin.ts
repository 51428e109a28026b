/**
 * Who a request says it is for, and which page it comes from. A page that reached us under a name of its own (DNS rebinding)
 * has that name in `Host`; a page of another site that calls us has its own address in `Origin`.
 */
import { HttpError } from './http-error.ts';

export type OriginPolicy = {
  /** Names beside our own address under which the server is reached, as `--allow-host` gives them: with a port or without. */
  hosts: readonly string[];
  /** Where people reach it, as `--public-url` gives it. */
  publicUrl: URL | null;
  /** Pages of other sites that may call with a key, as `--allow-origin` gives them. */
  origins: readonly string[];
};

/** They name this machine wherever they are asked for, so that nobody can rebind them. */
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * @param localAddress at which the connection came in
 * @returns the host with its port, as it may stand in a link
 * @throws HttpError 421
 */
export function checkedHost(given: readonly string[], localAddress: string, policy: OriginPolicy): string {
  const [text = ''] = given;
  const url = given.length === 1 ? hostOf(text) : null;
  const own = [...loopbackNames, addressText(localAddress), policy.publicUrl?.hostname];
  const isOurs = url !== null && (own.includes(url.hostname) || policy.hosts.some((host) => isHost(host, url)));
  if (isOurs) return url.host;
  const message = 'this server is not known under that name: see --allow-host of "switchyard serve"';
  throw new HttpError(421, message, { code: 'unknown_host' });
}

function hostOf(text: string): URL | null {
  if (!/^[A-Za-z0-9.:[\]_-]{1,255}$/.test(text)) return null;
  return URL.parse(`http://${text}`);
}

function isHost(allowed: string, url: URL): boolean {
  const name = allowed.toLowerCase();
  return name === url.host || name === url.hostname;
}

/** As it stands in a URL: an address of IPv4 that came in by IPv6 is one of IPv4. */
function addressText(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]` : plain;
}

/** `none`: no page has sent it; `own`: one of ours; `allowed`: one of another site that may. */
export type OriginKind = 'none' | 'own' | 'allowed';

/** @param host as `checkedHost` gives it @throws HttpError 403 for a page of another site */
export function checkedOrigin(origin: string | undefined, host: string, policy: OriginPolicy): OriginKind {
  if (origin === undefined) return 'none';
  const own = [`http://${host}`, `https://${host}`, policy.publicUrl?.origin];
  if (own.includes(origin)) return 'own';
  if (policy.origins.includes(origin)) return 'allowed';
  const message = 'pages of other sites may not call this server: see --allow-origin of "switchyard serve"';
  throw new HttpError(403, message, { code: 'foreign_origin' });
}

const exposed = 'x-switchyard-run, retry-after, mcp-session-id';

/** What a browser needs to hand an answer to a page of another site that may call; cookies are never part of it. */
export function corsHeaders(origin: string): Record<string, string> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'origin' };
}

/** The answer to the question that a browser asks before. */
export function preflightAnswer(origin: string, askedHeaders: string | undefined): Response {
  const headers = {
    ...corsHeaders(origin),
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': askedHeaders ?? '',
    'access-control-max-age': '600',
  };
  return new Response(null, { status: 204, headers });
}
