/** What the server refuses, each with its reason, and what its log says of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '../../../serve/http/route.ts';
import { aServer, codeOf, key, send, sendRaw, withKey } from './a-server.ts';

const echo = { method: 'POST', path: '/echo/tea', headers: withKey, body: 'hello' };

test('whoever has a key is answered by name; a wrong one is refused without a hint', async (t) => {
  const { port, lines } = await aServer(t);
  const right = await send(port, echo);
  assert.equal(right.status, 200);
  const { caller, params, body, url } = JSON.parse(right.text);
  assert.deepEqual([caller, params, body, url], ['ana', { what: 'tea' }, 'hello', `http://127.0.0.1:${port}/echo/tea`]);
  const wrong = [{}, { authorization: 'Bearer wrong' }, { authorization: key }, { authorization: `Basic ${key}` }];
  for (const headers of wrong) {
    const refused = await send(port, { ...echo, headers: headers as Record<string, string> });
    assert.deepEqual([refused.status, codeOf(refused)], [401, 'invalid_api_key']);
    assert.match(String(refused.headers['www-authenticate']), /^Bearer/);
  }
  assert.ok(!lines.join().includes('wrong') && !lines.join().includes(key), lines.join());
});

test('every answer has the headers that keep a browser from doing anything with it', async (t) => {
  const { port } = await aServer(t);
  for (const { headers } of [await send(port, echo), await send(port, {}), await send(port, { path: '/nothing' })]) {
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/);
    assert.deepEqual(
      ['x-content-type-options', 'referrer-policy', 'cache-control'].map((name) => headers[name]),
      ['nosniff', 'same-origin', 'no-store'],
    );
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

for (const host of ['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example', 'a b'])
  test(`the name ${host}, rebound to this machine, is refused`, async (t) => {
    const { port } = await aServer(t);
    const { status, text } = await send(port, { ...echo, headers: { ...withKey, host } });
    assert.equal(status, 421);
    assert.match(text, /--allow-host/);
  });

test('names of this machine, and those that are allowed, are taken', async (t) => {
  const origins = {
    hosts: ['switchyard.internal', 'proxy:8443'],
    publicUrl: new URL('https://ask.example'),
    origins: [],
  };
  const { port } = await aServer(t, { origins });
  const statusOf = async (host: string) => (await send(port, { headers: { host } })).status;
  for (const host of [
    'localhost',
    `127.0.0.1:${port}`,
    '[::1]:1',
    'switchyard.internal:99',
    'proxy:8443',
    'ASK.example',
  ])
    assert.equal(await statusOf(host), 200, host);
  assert.equal(await statusOf('proxy:8444'), 421);
});

test('a page of another site is refused whatever key it has; one that is allowed is told so', async (t) => {
  const origins = { hosts: [], publicUrl: null, origins: ['https://chat.example'] };
  const { port } = await aServer(t, { origins });
  const from = (origin: string, more = {}) => send(port, { ...echo, headers: { ...withKey, origin }, ...more });
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port + 1}`]) {
    const refused = await from(origin);
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'foreign_origin']);
    assert.equal(refused.headers['access-control-allow-origin'], undefined);
    assert.equal((await from(origin, { method: 'OPTIONS' })).status, 403);
  }
  assert.equal((await from(`http://127.0.0.1:${port}`)).status, 200);
  const allowed = await from('https://chat.example');
  assert.deepEqual([allowed.status, allowed.headers['access-control-allow-origin']], [200, 'https://chat.example']);
  assert.equal(allowed.headers['access-control-allow-credentials'], undefined);
  const asked = { ...withKey, origin: 'https://chat.example', 'access-control-request-headers': 'authorization' };
  const before = await send(port, { ...echo, method: 'OPTIONS', headers: asked, body: '' });
  assert.deepEqual([before.status, before.headers['access-control-allow-headers']], [204, 'authorization']);
  const wrongKey = await send(port, { ...echo, headers: { origin: 'https://chat.example' } });
  assert.deepEqual([wrongKey.status, wrongKey.headers['access-control-allow-origin']], [401, 'https://chat.example']);
});

for (const path of [
  '/echo/../health',
  '/echo/%2e%2e',
  '/echo/%2E%2e%2Fhealth',
  '/echo/..%5chealth',
  '//health',
  '/health/',
  '/echo/%2f%2f',
  '/echo/a%00b',
  '/echo/a%0d%0ab',
  '/echo/%zz',
  '/echo/%ff',
  '/echo/a\\b',
  'http://127.0.0.1/health',
  '*',
])
  test(`the path ${path} is refused`, async (t) => {
    const { port } = await aServer(t);
    const refused = await send(port, { ...echo, path });
    assert.deepEqual([refused.status, codeOf(refused)], [400, 'invalid_path']);
  });

test('an encoded slash is part of a name, and what is encoded twice is no step upwards', async (t) => {
  const { port } = await aServer(t);
  const whatOf = async (path: string) => JSON.parse((await send(port, { ...echo, path })).text).params.what;
  assert.equal(await whatOf('/echo/bench%2Fq%2F1?x=..'), 'bench/q/1');
  assert.equal(await whatOf('/echo/%252e%252e'), '%2e%2e');
  assert.equal((await send(port, { path: `/${'a'.repeat(5_000)}` })).status, 414);
});

test('there is nothing at other paths, and a path says which methods it takes', async (t) => {
  const { port } = await aServer(t);
  assert.equal((await send(port, { path: '/echo' })).status, 404);
  const wrong = await send(port, { ...echo, method: 'DELETE' });
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'POST']);
  const head = await send(port, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('a body of more than a megabyte is refused, declared or not, and the connection is not broken by it', async (t) => {
  const { port } = await aServer(t);
  const body = 'x'.repeat(10_000_000);
  const declared = await send(port, { ...echo, body });
  assert.deepEqual([declared.status, codeOf(declared)], [413, 'body_too_large']);
  const chunked = await send(port, { ...echo, body, headers: { ...withKey, 'transfer-encoding': 'chunked' } });
  assert.equal(chunked.status, 413);
  const most = await send(port, { ...echo, body: 'x'.repeat(1_000_000) });
  assert.equal(JSON.parse(most.text).body.length, 1_000_000);
});

test('a body or headers that do not come in time are refused; what is no HTTP is, too', async (t) => {
  const { port, lines } = await aServer(t, { times: { headersMs: 500, bodyMs: 300 } });
  const head = `POST /echo/x HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n`;
  const slowBody = await sendRaw(port, `${head}content-length: 10\r\n\r\nabc`);
  assert.match(slowBody, /^HTTP\/1\.1 408 [\s\S]*"request_timeout"/);
  assert.match(await sendRaw(port, head), /^HTTP\/1\.1 408 /);
  assert.match(await sendRaw(port, 'hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await sendRaw(port, `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  assert.match(await sendRaw(port, 'GET /health HTTP/1.1\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /);
  const twoHosts = 'GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n';
  assert.match(await sendRaw(port, twoHosts), /^HTTP\/1\.1 4\d\d /);
  assert.ok(!lines.join().includes(key), lines.join());
});

test('a flood is refused with a reason and a time: of one key, at once and a minute, and nobody else suffers', async (t) => {
  const limits = { requestsPerMinute: 30, concurrentRequests: 5 };
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hold: Route = {
    ...{ method: 'GET', path: '/hold', access: 'key' },
    handle: () => held.then(() => new Response('held')),
  };
  const { port } = await aServer(t, { limits, routes: [hold] });
  const open = Array.from({ length: 5 }, () => send(port, { path: '/hold', headers: withKey }));
  const refused = await send(port, { path: '/hold', headers: withKey }).then(async (first) =>
    first.status === 429 ? first : send(port, { path: '/hold', headers: withKey }),
  );
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
  assert.match(refused.text, /5 requests of this key are open/);
  release();
  for (const { status } of await Promise.all(open)) assert.equal(status, 200);
  const flood = await Promise.all(Array.from({ length: 60 }, () => send(port, { path: '/hold', headers: withKey })));
  const late = flood.find(({ text }) => text.includes('30 requests a minute'));
  assert.ok(Number(late?.headers['retry-after']) >= 1, 'a time');
  assert.ok(flood.filter(({ status }) => status === 200).length <= 25);
  const other = await send(port, { path: '/hold', headers: { authorization: 'Bearer key-of-ben-0123456789' } });
  assert.equal(other.status, 200);
});

test('connections above the bound are told so', async (t) => {
  const { port } = await aServer(t, { connections: 2, times: { headersMs: 1_000 } });
  const held = [0, 1].map(() => sendRaw(port, 'GET /health HTTP/1.1\r\n'));
  await send(port, {}).catch(() => null);
  assert.match(await sendRaw(port, 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n'), /^HTTP\/1\.1 503 [\s\S]*"busy"/);
  await Promise.all(held);
  assert.equal((await send(port, {})).status, 200);
});
