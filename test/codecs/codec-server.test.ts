import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCodecServer } from '../../client/codec-server/codec-server.ts';
import { createCipher, type EncryptionKey } from '../../codecs/cipher.ts';
import { codecsOf } from '../../codecs/data-converter.ts';
import { sealLine } from '../../codecs/sealed-line.ts';
import { keysWithCapitals } from '../client/snake-keys.ts';
import { temporaryFolder } from '../client/run-command.ts';
import { runInProcess } from '../client/run-in-process.ts';

const token = 'the-token-of-this-codec-server';
const webUi = 'http://127.0.0.1:8233';
const [key, other]: EncryptionKey[] = ['first', 'other'].map((id) => ({ id, bytes: randomBytes(32) }));
const codecsWith = (keys: EncryptionKey[]) => codecsOf({ keys, compression: true });

async function start(t: TestContext) {
  const codecs = codecsWith([key as EncryptionKey]);
  const server = await startCodecServer({ host: '127.0.0.1', port: 0, codecs, token, origins: () => [webUi] });
  t.after(() => server[Symbol.asyncDispose]());
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { url: server.url, post };
}

type Said = { payloads: (typeof plain)[] };
const payloadsOf = async (response: Response) => ((await response.json()) as Said).payloads;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const plain = { metadata: { encoding: base64('json/plain') }, data: base64('"a secret question"') };
const bearer = { authorization: `Bearer ${token}` };

test('who has the token gets payloads encoded and decoded; who has not sees nothing', async (t) => {
  const { post } = await start(t);
  const encoded = { payloads: await payloadsOf(await post('/encode', { payloads: [plain] }, bearer)) };
  const [wire] = encoded.payloads;
  assert.equal(Buffer.from(wire?.metadata.encoding ?? '', 'base64').toString(), 'binary/encrypted');
  const decoded = await post('/decode', encoded, { ...bearer, origin: webUi });
  assert.deepEqual(await decoded.json(), { payloads: [plain] });
  assert.equal(decoded.headers.get('access-control-allow-origin'), webUi);
  const wrong = [{}, { authorization: 'Bearer wrong' }, { authorization: token }, { cookie: 'switchyard_codec=wrong' }];
  for (const headers of wrong) {
    const refused = await post('/decode', encoded, headers as Record<string, string>);
    assert.equal(refused.status, 401);
    assert.ok(!(await refused.text()).includes('secret question'));
  }
});

test('a browser signs in once, and only pages of the Web UI may then ask', async (t) => {
  const { url, post } = await start(t);
  const form = (given: string) =>
    fetch(`${url}/session`, { method: 'POST', body: new URLSearchParams({ token: given }) });
  assert.equal((await form('wrong')).status, 401);
  const [cookie = ''] = (await form(token)).headers.getSetCookie();
  assert.match(cookie, /HttpOnly; SameSite=Strict/);
  assert.ok(!cookie.includes(token), 'the browser keeps no token');
  const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
  const encoded = await (await post('/encode', { payloads: [plain] }, { ...headers, origin: webUi })).json();
  assert.deepEqual(await (await post('/decode', encoded, { ...headers, origin: webUi })).json(), { payloads: [plain] });
  const foreign = await post('/decode', encoded, { ...headers, origin: 'http://127.0.0.1:9999' });
  assert.deepEqual([foreign.status, foreign.headers.get('access-control-allow-origin')], [403, null]);
  const asked = { origin: webUi, 'access-control-request-headers': 'x-namespace' };
  const before = await fetch(`${url}/decode`, { method: 'OPTIONS', headers: asked });
  assert.deepEqual(
    ['origin', 'credentials', 'headers'].map((name) => before.headers.get(`access-control-allow-${name}`)),
    [webUi, 'true', 'x-namespace'],
  );
});

test('what cannot be read says why in its place; bodies are bounded and checked', async (t) => {
  const { post } = await start(t);
  const [wire] = (await codecsWith([other as EncryptionKey])[1]?.encode([{ data: Buffer.from('"x"') }])) ?? [];
  const foreign = {
    metadata: { encoding: base64('binary/encrypted') },
    data: Buffer.from(wire?.data ?? []).toString('base64'),
  };
  const payloads = await payloadsOf(await post('/decode', { payloads: [foreign, plain] }, bearer));
  assert.match(Buffer.from(payloads[0]?.data ?? '', 'base64').toString(), /EncryptionKeyUnknown: .*other/);
  assert.deepEqual(payloads[1], plain);
  assert.equal((await post('/decode', '{', bearer)).status, 400);
  assert.equal((await post('/decode', { payloads: [{ data: 'no base64!' }] }, bearer)).status, 400);
  assert.equal((await post('/other', {}, bearer)).status, 404);
  const large = await post('/decode', ' '.repeat(17_000_000), bearer).catch(() => null);
  assert.ok(large === null || large.status === 413);
});

test('keys: a new one goes first or last, no key is printed, and files are read with them', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'keys');
  const said: string[] = [];
  const run = async (...given: string[]) => {
    const end = await runInProcess(['keys', ...given], { env: { SWITCHYARD_ENCRYPTION_KEYS: file } });
    said.push(end.stdout + end.stderr);
    return end;
  };
  await run('new', file, '--id', 'one');
  await run('new', file);
  await run('new', file, '--id', 'three', '--last');
  assert.equal((await run('new', file, '--id', 'one')).code, 2);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const [day, one, three] = lines.map((line) => line.split(' ')[0]);
  assert.deepEqual([one, three], ['one', 'three']);
  assert.match(day ?? '', /^\d{4}-\d\d-\d\d$/);
  assert.equal((await run('list')).stdout, `${day}  encrypts and decrypts\none  decrypts\nthree  decrypts\n`);
  const listed = JSON.parse((await run('list', '--json')).stdout);
  assert.deepEqual(keysWithCapitals(listed), []);
  assert.deepEqual(listed.keys[1], { id: 'one', encrypts: false });
  for (const line of lines) assert.ok(!said.join().includes(line.split(' ')[1] ?? ''), 'a key is printed');

  const cipher = createCipher([{ id: 'one', bytes: Buffer.from(lines[1]?.split(' ')[1] ?? '', 'base64') }]);
  const report = join(folder.path, 'report.html.encrypted');
  writeFileSync(report, cipher.seal(Buffer.from('<p>an answer</p>\n')));
  assert.equal((await run('decrypt', report)).stdout, '<p>an answer</p>\n');
  const log = join(folder.path, 'runtime.log');
  writeFileSync(log, `${sealLine('{"msg":"a"}', {}, cipher)}\n{"msg":"b"}\n`);
  assert.equal((await run('decrypt', log)).stdout, '{"msg":"a"}\n{"msg":"b"}\n');
  writeFileSync(report, cipher.seal(Buffer.from('gone')).subarray(0, -1));
  const { code, stderr } = await run('decrypt', report);
  assert.deepEqual([code, /SWITCHYARD_ENCRYPTION_KEYS/.test(stderr)], [2, true]);
});

test('codec-server without token or keys says which setting is missing', async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'home'));
  const home = { SWITCHYARD_HOME: join(folder.path, 'home') };
  const bare = await runInProcess(['codec-server'], { env: home });
  assert.deepEqual([bare.code, /SWITCHYARD_CODEC_TOKEN is not set/.test(bare.stderr)], [2, true]);
  const keyless = await runInProcess(['codec-server'], { env: { ...home, SWITCHYARD_CODEC_TOKEN: token } });
  assert.deepEqual([keyless.code, /SWITCHYARD_ENCRYPTION_KEYS is not set/.test(keyless.stderr)], [2, true]);
});
