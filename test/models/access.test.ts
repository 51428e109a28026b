import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ordinaryAccess, secretsOf } from '../../contracts/model/access.ts';
import { directly, type Network } from '../../lib/http-request.ts';
import { ModelFailure } from '../../models/chat-model.ts';
import { completion, openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { modelFor, question, scene, testKey } from './chat-scene.ts';

const fixture = (name: string) => join(import.meta.dirname, '../fixtures/tls', name);
const caFile = fixture('localhost.pem');
const never = new AbortController().signal;

type Asked = { line: string; authorization: string | undefined };

async function portOf(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy for which every host is a port of this machine; it says what it was asked. */
async function proxyTo(t: TestContext, port: () => number): Promise<{ address: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'] });
  const server = createServer((request, response) => {
    note(request);
    const { pathname } = new URL(request.url ?? '');
    const options = {
      port: port(),
      host: '127.0.0.1',
      path: pathname,
      method: request.method,
      headers: request.headers,
    };
    request.pipe(httpRequest(options, (reply) => reply.pipe(response.writeHead(reply.statusCode ?? 0, reply.headers))));
  });
  server.on('connect', (request, socket) => {
    note(request);
    const onward = connect(port(), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => undefined);
    t.after(() => onward.destroy());
  });
  return { address: `http://us%40er:s3cret-w0rd@127.0.0.1:${await portOf(t, server)}`, asked };
}

const through = (network: Partial<Network>) => ({
  access: { ...ordinaryAccess, network: { ...directly, ...network } },
});
const ask = (url: string, changes: Parameters<typeof modelFor>[1]) =>
  modelFor(url, changes).chat(question(), { signal: never, callId: 'c' });

test('a model that only a proxy reaches is asked through it, with the proxy’s user and password', async (t) => {
  await using server = await startScriptedServer({ reply: () => ({ body: completion() }), streams: true });
  const { address, asked } = await proxyTo(t, () => Number(new URL(server.url).port));
  const reply = await ask('http://models.internal.example/v1', through({ httpProxy: address }));
  assert.equal(reply.text, 'hello');
  const authorization = `Basic ${Buffer.from('us@er:s3cret-w0rd').toString('base64')}`;
  assert.deepEqual(asked, [{ line: 'POST http://models.internal.example/v1/chat/completions', authorization }]);
  assert.equal(server.requests[0]?.headers.authorization, `Bearer ${testKey}`);
});

test('https goes through a tunnel, which sees neither key nor words; the certificate is of an authority of one’s own', async (t) => {
  const seen: string[] = [];
  const secure = createSecureServer({ key: readFileSync(fixture('localhost-key.pem')), cert: readFileSync(caFile) });
  secure.on('request', (request, response) => {
    seen.push(String(request.headers.authorization));
    request.resume().once('end', () => response.end(JSON.stringify(completion())));
  });
  const port = await portOf(t, secure as unknown as Server);
  const { address, asked } = await proxyTo(t, () => port);
  const url = 'https://models.internal.example/v1';
  assert.equal((await ask(url, through({ httpsProxy: address, caFile }))).text, 'hello');
  assert.equal((await ask(`https://127.0.0.1:${port}/v1`, through({ httpsProxy: address, caFile }))).text, 'hello');
  assert.deepEqual(seen, [`Bearer ${testKey}`, `Bearer ${testKey}`]);
  assert.deepEqual(
    asked.map(({ line }) => line),
    ['CONNECT models.internal.example:443'],
  );
  await assert.rejects(ask(url, through({ httpsProxy: address })), /certificate/);
});

test('this machine, and hosts that NO_PROXY names, are reached directly', async (t) => {
  await using server = await startScriptedServer({ reply: () => ({ body: completion() }) });
  const { address, asked } = await proxyTo(t, () => 1);
  const { port } = new URL(server.url);
  for (const host of ['127.0.0.1', 'localhost'])
    await ask(`http://${host}:${port}/v1`, through({ httpProxy: address }));
  for (const noProxy of ['internal.example', '.internal.example', '*', 'a.example, *.internal.example']) {
    const call = ask('http://models.internal.example/v1', through({ httpProxy: address, noProxy }));
    await assert.rejects(call, /ENOTFOUND|EAI_AGAIN/, noProxy);
  }
  assert.deepEqual(asked, []);
});

test('a proxy that refuses or is not there is a failure without its password', async (t) => {
  const refusing = createServer((_, response) => response.writeHead(407).end('who are you, s3cret-w0rd?'));
  refusing.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\ns3cret-w0rd'));
  const port = await portOf(t, refusing);
  for (const at of [port, 1]) {
    const proxy = `http://someone:s3cret-w0rd@127.0.0.1:${at}`;
    for (const scheme of ['http', 'https']) {
      const network = through({ httpProxy: proxy, httpsProxy: proxy });
      const failure: unknown = await ask(`${scheme}://models.internal.example/v1`, network).catch(
        (error: unknown) => error,
      );
      assert.ok(failure instanceof ModelFailure, String(failure));
      const basic = Buffer.from('someone:s3cret-w0rd').toString('base64');
      const told = `${failure.stack} ${JSON.stringify(failure)}`;
      assert.equal(told.includes('s3cret-w0rd') || told.includes(basic), false, told);
    }
  }
});

test('both addresses of Azure carry the key in api-key, and the version with every request', async () => {
  const paths: string[] = [];
  await using stage = await scene({
    reply: ({ path }) => {
      paths.push(path);
      return { body: completion() };
    },
  });
  const { origin } = new URL(stage.server.url);
  const rows = [
    [
      '/openai/deployments/dep1?api-version=2024-10-21',
      '/openai/deployments/dep1/chat/completions?api-version=2024-10-21',
    ],
    ['/openai/deployments/{model}/?api-version=1', '/openai/deployments/local-model/chat/completions?api-version=1'],
    ['/openai/deployments/d/chat/completions?api-version=1', '/openai/deployments/d/chat/completions?api-version=1'],
    ['/openai/v1?api-version=preview', '/openai/v1/chat/completions?api-version=preview'],
  ];
  for (const [base, path] of rows) {
    await ask(`${origin}${base}`, {});
    assert.equal(paths.at(-1), path);
    const headers = stage.server.requests.at(-1)?.headers;
    assert.equal(headers?.['api-key'], testKey);
    assert.equal(headers?.authorization, undefined);
  }
});

test('a setting names the header of the key', async () => {
  for (const [keyHeader, name, value] of [
    ['x-api-key', 'x-api-key', testKey],
    ['Authorization', 'authorization', `Bearer ${testKey}`],
  ] as const) {
    await using stage = await scene({ script: [{ body: completion() }] }, { access: { ...ordinaryAccess, keyHeader } });
    await stage.ask();
    const headers = stage.server.requests[0]?.headers;
    assert.equal(headers?.[name], value);
    assert.equal(headers?.authorization, name === 'authorization' ? value : undefined);
  }
});

test('extra headers go with every request, and their values into no message', async () => {
  const token = 'team-token-9f8e7d6c5b4a';
  const access = { ...ordinaryAccess, headers: { 'x-team': token, 'x-other': `Custom ${token}-2`, accept: 'text/x' } };
  await using stage = await scene({ script: [openAiError(403, `no access for ${token}, or ${token}-2`)] }, { access });
  const failure = await stage.fail();
  assert.equal(stage.server.requests[0]?.headers['x-team'], token);
  assert.equal(stage.server.requests[0]?.headers.accept, 'text/x');
  assert.doesNotMatch(`${failure.stack} ${JSON.stringify(failure)}`, /9f8e7d6c/);
  const secrets = secretsOf(null, 'http://me:hunter2@host/v1?api-version=1&code=abcdefgh1', access);
  assert.deepEqual(secrets.toSorted(), [...new Set(secrets)].toSorted());
  for (const secret of [token, `${token}-2`, 'hunter2', 'abcdefgh1']) assert.ok(secrets.includes(secret), secret);
});

test('extra fields go with the requests of their role', async () => {
  const extraBody = { router: { reasoning: { effort: 'low' } }, specialist: { seed: 7 } };
  await using stage = await scene({ reply: () => ({ body: completion() }) }, { extraBody });
  await stage.ask(question({ role: 'router' }));
  await stage.ask(question({ role: 'specialist' }));
  await stage.ask(question({ role: 'judge' }));
  const sent = stage.bodies().map(({ reasoning, seed }) => ({ reasoning, seed }));
  assert.deepEqual(sent, [
    { reasoning: { effort: 'low' }, seed: undefined },
    { reasoning: undefined, seed: 7 },
    { reasoning: undefined, seed: undefined },
  ]);
});
