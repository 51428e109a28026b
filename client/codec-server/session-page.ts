/**
 * The page of the codec server where a person gives the token, once a browser: the Web UI of a dev server has no token that
 * it could pass, but it can send the cookie that this page sets.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const cookieName = 'switchyard_codec';
const mostBytes = 2000;

/** Cookies do not know ports: other servers of this host would get them too, were they not for these two paths alone. */
const cookiePaths = ['/decode', '/encode'];
const cookieRules = 'HttpOnly; SameSite=Strict; Max-Age=43200';

/** The value of our cookie; empty where there is none. */
export function sessionCookie(header: string): string {
  const found = header.split(';').find((part) => part.trim().startsWith(`${cookieName}=`));
  return found?.trim().slice(cookieName.length + 1) ?? '';
}

/** @param sessionFor gives the session for a token; null: it is the wrong one */
export async function sessionPage(
  request: IncomingMessage,
  response: ServerResponse,
  sessionFor: (token: string) => string | null,
): Promise<void> {
  response.setHeader('content-security-policy', "default-src 'none'; form-action 'self'; frame-ancestors 'none'");
  response.setHeader('content-type', 'text/html; charset=utf-8');
  if (request.method === 'GET' || request.method === 'HEAD') {
    response
      .writeHead(200)
      .end(page('Give the token of SWITCHYARD_CODEC_TOKEN, and the Web UI shows what is encrypted.'));
    return;
  }
  let body = '';
  for await (const part of request as AsyncIterable<Buffer>) {
    body += part.toString('utf8');
    if (body.length > mostBytes) break;
  }
  const session = sessionFor(new URLSearchParams(body).get('token') ?? '');
  if (session === null) {
    response.writeHead(401, { connection: 'close' }).end(page('That is not the token.'));
    return;
  }
  const cookies = cookiePaths.map((path) => `${cookieName}=${session}; Path=${path}; ${cookieRules}`);
  response.setHeader('set-cookie', cookies);
  response
    .writeHead(200)
    .end(page('Signed in: this browser may now decode in the Web UI, until the codec server ends.'));
}

function page(message: string): string {
  return `<!doctype html><html lang="en"><title>Switchyard codec server</title><p>${message}</p>
<form method="post" action="/session"><label>Token <input type="password" name="token" autocomplete="off" required></label>
<button>Sign in</button></form></html>\n`;
}
