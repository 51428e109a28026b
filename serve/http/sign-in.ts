/** Signing in with a browser: a form for the key, and the link that is printed at the start. */
import { HttpError } from './http-error.ts';
import type { ApiKeys } from './api-keys.ts';
import type { PageSessions } from './page-sessions.ts';
import type { Caller, Route } from './route.ts';

export const signInPath = '/login';

/** `/login`, with where to go afterwards. */
export function signInLocation(path: string): string {
  return path === '/' ? signInPath : `${signInPath}?next=${encodeURIComponent(path)}`;
}

/** GET and POST of `/login`, and POST of `/logout`. */
export function signInRoutes(keys: ApiKeys, sessions: PageSessions): Route[] {
  const enter = (caller: Caller, next: string) =>
    page(`<p>Signed in as ${caller.name}. <a href="${next}">Go on</a></p>`, {
      // By our own page and not by a redirection: a browser that followed a link of another site has no cookie for that.
      headers: { 'set-cookie': sessions.cookieFor(caller), refresh: `0; url=${next}` },
    });
  return [
    {
      ...{ method: 'GET', path: signInPath, access: 'open' },
      handle: async (request) => {
        const { searchParams } = new URL(request.url);
        const token = searchParams.get('token');
        const next = nextOf(searchParams.get('next'));
        if (token === null) return form('Sign in with a key of SWITCHYARD_SERVE_KEYS.', next);
        const caller = sessions.redeem(token);
        return caller === null ? form('This link was used already, or is too old.', next, 401) : enter(caller, next);
      },
    },
    {
      ...{ method: 'POST', path: signInPath, access: 'open' },
      handle: async (request) => {
        const fields = new URLSearchParams(await request.text());
        const next = nextOf(fields.get('next'));
        const caller = keys.callerOf((fields.get('key') ?? '').trim());
        return caller === null ? form('There is no such key.', next, 401) : enter(caller, next);
      },
    },
    {
      ...{ method: 'POST', path: '/logout', access: 'page' },
      handle: async () =>
        new Response(null, { status: 303, headers: { location: signInPath, 'set-cookie': sessions.endingCookie() } }),
    },
  ];
}

/** A path of ours and nothing else: no other site, and nothing that ends an attribute. */
function nextOf(given: string | null): string {
  return /^\/(?![/\\])[\w\-./%?=&+~:@]*$/.test(given ?? '') ? (given ?? '/').replaceAll('&', '&amp;') : '/';
}

/** What a page route gives a browser that has not signed in; programs get 401. */
export function notSignedIn(request: { method: string; accept: string; path: string }): Response {
  if (request.method === 'GET' && request.accept.includes('text/html'))
    return new Response(null, { status: 303, headers: { location: signInLocation(request.path) } });
  return new HttpError(401, 'no session, or one that has ended: sign in at /login', { code: 'no_session' }).response();
}

const form = (message: string, next: string, status = 200): Response =>
  page(
    `<p>${message}</p><form method="post" action="${signInPath}"><input type="hidden" name="next" value="${next}">
<label>Key <input type="password" name="key" autocomplete="current-password" required autofocus></label>
<button>Sign in</button></form>`,
    { status },
  );

function page(body: string, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> }) {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchyard: sign in</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/page.css"><main><h1>Switchyard</h1>${body}</main></html>\n`;
  const policy =
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  return new Response(html, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy, ...headers },
  });
}
