/** Nothing that a run keeps or says holds what must stay between us and the endpoint. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { openSession } from '../../application/session/session.ts';
import { loadConfig } from '../../config/load-config.ts';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { contentFile, openContent } from '../../retrieval/store/content-store.ts';
import { runSwitchyard, temporaryFolder } from '../client/run-command.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { temporalExecutable } from '../support/temporal.ts';
import { gemini } from './makers.ts';
import { type Profile, saying } from './profile.ts';
import { startProfiles } from './profile-server.ts';
import { entriesOfFile } from '../../models/journal.ts';

const key = 'kQ7-house-key-0a1b2c3d4e5f';
const token = 'tQ7vZ0entraTokenWithoutAnyForm9';
const password = 'pw0rd-of-the-proxy';
const proxyUser = `runner:${password}`;

/** Every host is one port of this machine. */
async function startProxy(port: number): Promise<AsyncDisposable & { address: string; users: string[] }> {
  const users: string[] = [];
  const proxy = createServer((request, response) => {
    users.push(String(request.headers['proxy-authorization']));
    const { pathname: path } = new URL(request.url ?? '');
    const to = { host: '127.0.0.1', port, path, method: request.method, headers: request.headers };
    request.pipe(httpRequest(to, (reply) => reply.pipe(response.writeHead(reply.statusCode ?? 0, reply.headers))));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://${proxyUser}@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    users,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/** Gemini's, but that it first breaks with words that repeat all it was told, the signature too, and later refuses the key. */
function indiscreet(): { profile: Profile; close: () => void } {
  const profile = gemini();
  let [isClosed, hasBroken] = [false, false];
  const repeat = ({ headers }: { headers: Record<string, unknown> }) =>
    `key ${String(headers['api-key'])}, ${String(headers.authorization)}, ${String(headers['proxy-authorization'])}`;
  const rules = [
    {
      seen: 'of our own',
      refuses(asked: Parameters<Profile['rules'][number]['refuses']>[0]) {
        if (isClosed) return saying(`Incorrect API key provided: ${repeat(asked)}`, { code: 'invalid_api_key' }, 401);
        const signature = profile.secrets?.()[0];
        if (hasBroken || signature === undefined || !JSON.stringify(asked.messages).includes(signature)) return null;
        hasBroken = true;
        return saying(`cannot verify "${signature}"; ${repeat(asked)}`, { type: 'server_error' }, 503);
      },
    },
    ...profile.rules,
  ];
  return {
    profile: { ...profile, rules },
    close: () => {
      isClosed = true;
    },
  };
}

/** The files below a folder that hold one of these values, as bytes. */
function holding(folder: string, values: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const texts = [readFileSync(path), ...unpackedOf(path)];
      return values.some((value) => texts.some((text) => text.includes(value)));
    })
    .map((path) => relative(folder, path));
}

/** What a file holds in compressed form. */
function unpackedOf(path: string): Buffer[] {
  if (path.endsWith('.zst')) return [zstdDecompressSync(readFileSync(path))];
  if (path.endsWith('.journal')) return entriesOfFile(path).map((entry) => Buffer.from(JSON.stringify(entry)));
  if (path !== contentFile(dirname(path))) return [];
  using database = openContent(dirname(path), 1000);
  const pieces = database.prepare('SELECT packed FROM piece').all();
  return pieces.map(({ packed }) => zstdDecompressSync(packed as Uint8Array));
}

const files = {
  'README.md': '# Kettle\n\nA small library that boils water.\n',
  'kettle.js':
    'export function boil(water) {\n  if (water < 1) throw new Error("KETTLE_EMPTY");\n  return water * 100;\n}\n',
};

test('keys, tokens, credentials of a proxy and thought signatures stand in no history, log, trace or message', async () => {
  using folder = temporaryFolder();
  const [home, repository] = [join(folder.path, 'home'), join(folder.path, 'kettle')];
  mkdirSync(repository);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, name), text);
  await using offline = await startOfflineModel();
  const { profile, close } = indiscreet();
  await using server = await startProfiles([profile], offline.url, profile.base);
  await using proxy = await startProxy(Number(new URL(server.url).port));
  const env = {
    SWITCHYARD_HOME: home,
    SWITCHYARD_TEMPORAL_EXECUTABLE: await temporalExecutable(),
    SWITCHYARD_LOG_LEVEL: 'debug',
    OPENAI_API_KEY: key,
    OPENAI_BASE_URL: 'http://models.internal.example/v1beta/openai/',
    SWITCHYARD_MODEL: profile.model,
    SWITCHYARD_MODEL_API_KEY_HEADER: 'api-key',
    SWITCHYARD_MODEL_HEADERS: JSON.stringify({ authorization: `Bearer ${token}` }),
    HTTP_PROXY: proxy.address,
    NO_COLOR: '1',
  };
  // Both join one runtime: starting another is most of what one takes.
  Object.assign(process.env, env);
  const about = { need: 'worker' as const, onProgress: () => {}, signal: new AbortController().signal };
  const runtime = await openSession({ settings: loadConfig(env), ...about });
  const question = ['ask', 'Which error does boil throw?', '--repo', repository];
  const answered = await runInProcess([...question, '--json'], { env });
  assert.equal(answered.code, 0, answered.stderr);
  close();
  const refused = await runSwitchyard(question, { env });
  await runtime[Symbol.asyncDispose]();
  assert.notEqual(refused.code, 0);

  const basic = Buffer.from(proxyUser).toString('base64');
  const { headers = {} } = server.requests[0] ?? {};
  assert.deepEqual(
    [headers['api-key'], headers.authorization, proxy.users[0]],
    [key, `Bearer ${token}`, `Basic ${basic}`],
  );
  const signatures = profile.secrets?.() ?? [];
  assert.deepEqual(
    new Set(server.refused.map(({ seen }) => seen)),
    new Set(['of our own', 'mscraftsman/generative-ai#135']),
  );

  const said = [answered, refused].map(({ stdout, stderr }) => stdout + stderr).join('\n');
  const secrets = [key, token, password, basic];
  for (const value of [...secrets, ...signatures]) assert.ok(!said.includes(value), said);
  assert.deepEqual(holding(home, secrets), []);
  // The search finds what is packed: the question in the history and in the trace.
  const told = holding(home, ['Which error does boil throw?']);
  for (const place of [/^temporal\.db/, /^traces\//])
    assert.ok(
      told.some((path) => place.test(path)),
      String(place),
    );
  const kept = holding(home, signatures);
  for (const place of ['content/', 'journal/'])
    assert.ok(
      kept.some((path) => path.startsWith(place)),
      `the search finds the stored turn in ${place}`,
    );
  assert.deepEqual(
    kept.filter((path) => !/^(content|journal)\//.test(path)),
    [],
  );
});
