/** The page over a scene: a real Temporal server and worker, a scripted model, and a browser's part played by `fetch`. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { LastingSession } from '../../../application/session/lasting-session.ts';
import { startServe } from '../../../serve/start-serve.ts';
import { sessionOf } from '../../application/session.ts';
import { openScene } from '../../support/scene.ts';
import { changingTeam, startTeam, type Team } from '../../support/team.ts';

export const key = 'key-of-ann-0123456789';

type PageOptions = { team?: Partial<Team>; files?: Record<string, string> };

export async function openPage({ team: parts = {}, ...options }: PageOptions = {}) {
  const team = await startTeam(parts);
  const scene = await openScene({ modelUrl: team.url, ...options });
  const session = await sessionOf(scene);
  const lines: string[] = [];
  const server = await startServe(
    {
      settings: scene.config,
      session: new LastingSession(async () => session),
      repositories: [{ name: 'kettle', given: `${scene.dataDirectory}/repository` }],
      pipelines: ['orchestrated', 'single-agent'].map((name) => ({ name, given: name })),
      ...{ budget: {}, memory: true, publicUrl: null },
      log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    },
    {
      ...{ host: '127.0.0.1', port: 0, keys: [{ name: 'ann', key }], origins: { hosts: [], origins: [] } },
      limits: { requestsPerMinute: 10_000, concurrentRequests: 100 },
    },
  );
  const cookie = await signIn(server.url);
  const browser = browserOf(server.url, cookie);
  return {
    ...browser,
    ...{ scene, session, url: server.url, signInUrl: server.newSignInUrl(), cookie, lines },
    /** Asks by the form, as somebody does who has just opened the page. @returns the path of the run */
    async ask(fields: Record<string, string>): Promise<string> {
      const form = await browser.get('/');
      const id = /name="id" value="([^"]+)"/.exec(form.text)?.[1] ?? assert.fail('the form has an id');
      const told = await browser.post('/ask', { id, repository: 'kettle', pipeline: 'orchestrated', ...fields });
      assert.equal(told.status, 303, told.text);
      return told.location;
    },
    /** The page of a run once it has ended. */
    ended: (path: string): Promise<string> =>
      untilShown(
        () => browser.get(path),
        (text) => !text.includes('id="live"'),
      ),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await session[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
      await team[Symbol.asyncDispose]();
    },
  };
}

/** The text of a page once it shows something. */
export async function untilShown(get: () => Promise<Answer>, shows: (text: string) => boolean): Promise<string> {
  for (const endMs = Date.now() + 180_000; ; await sleep(500)) {
    const { text } = await get();
    if (shows(text)) return text;
    assert.ok(Date.now() < endMs, `it did not come within 180 s: ${text}`);
  }
}

export type OpenedPage = Awaited<ReturnType<typeof openPage>>;

/** One page for all tests of a file, whose model plays what the test at hand says. */
export function pageOfFile(): { readonly page: OpenedPage; play: (parts?: Partial<Team>) => void } {
  const team = changingTeam();
  let opened: OpenedPage | null = null;
  before(async () => {
    opened = await openPage({ team: team.parts });
  });
  after(() => opened?.[Symbol.asyncDispose]());
  return {
    get page() {
      return opened ?? assert.fail('the page of a file is open in its tests alone');
    },
    play: (parts = {}) => team.play(parts),
  };
}

async function signIn(url: string): Promise<string> {
  const body = new URLSearchParams({ key, next: '/' });
  const response = await fetch(`${url}/login`, { method: 'POST', body, headers: { origin: url } });
  const [cookie = ''] = response.headers.getSetCookie();
  return cookie.split(';', 1)[0] ?? '';
}

export type Answer = { status: number; headers: Headers; text: string; location: string };

function browserOf(url: string, cookie: string) {
  const answerTo = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, { redirect: 'manual', ...init });
    const { status, headers } = response;
    return { status, headers, text: await response.text(), location: headers.get('location') ?? '' };
  };
  const headers = { cookie, accept: 'text/html' };
  return {
    get: (path: string, more: Record<string, string> = {}) => answerTo(path, { headers: { ...headers, ...more } }),
    post: (path: string, fields: Record<string, string>, more: Record<string, string> = {}) =>
      answerTo(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { ...headers, origin: url, ...more },
      }),
  };
}
