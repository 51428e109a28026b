import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { tlsProblem, whyUnreachable } from '../../runtime/temporal/tls-problem.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/tls', name));
const own = { key: fixture('localhost-key.pem'), cert: fixture('localhost.pem') };
const trusted = { serverRootCACertificate: own.cert };

async function addressOf(t: TestContext, options: TlsOptions | null): Promise<string> {
  const server = options === null ? createPlainServer((socket) => socket.end('no')) : createServer(options);
  if (options !== null) server.on('tlsClientError', () => {});
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return `localhost:${typeof address === 'object' ? address?.port : 0}`;
}

test('what is wrong with TLS is told with the setting', async (t) => {
  const address = await addressOf(t, own);
  const asked = await addressOf(t, { ...own, requestCert: true, rejectUnauthorized: true, ca: own.cert });
  const plain = await addressOf(t, null);
  const of = (tls: object | undefined, at = address) => tlsProblem({ address: at, ...(tls && { tls }) });
  assert.equal(await of(trusted), null);
  assert.match((await of(undefined)) ?? '', /it asks for TLS: TEMPORAL_TLS$/);
  assert.match((await of({})) ?? '', /no authority that is trusted: TEMPORAL_TLS_SERVER_CA_CERT_PATH/);
  assert.match((await of({ ...trusted, serverNameOverride: 'other.example' })) ?? '', /TEMPORAL_TLS_SERVER_NAME/);
  assert.match((await of(trusted, asked)) ?? '', /our certificate: TEMPORAL_TLS_CLIENT_CERT_PATH/);
  assert.match((await of(undefined, asked)) ?? '', /it asks for TLS/);
  assert.equal(await of({ ...trusted, clientCertPair: { crt: own.cert, key: own.key } }, asked), null);
  assert.match((await of(trusted, plain)) ?? 'it has no TLS', /it has no TLS/);
  assert.equal(await of(undefined, plain), null);
  assert.equal(await of(undefined, '127.0.0.1:1'), null);
  assert.match(
    await whyUnreachable({ address: '127.0.0.1:1' }, new Error('connection refused')),
    /^no Temporal server answers at 127\.0\.0\.1:1 \(the connection was refused/,
  );
});
