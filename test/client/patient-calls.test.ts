import { noEncryption } from '../../codecs/cipher.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { Connection, WorkflowNotFoundError } from '@temporalio/client';
import { patientCalls } from '../../application/session/patient-calls.ts';
import { connectExternal } from '../../application/session/temporal.ts';
import { Interrupted } from '../../lib/errors.ts';

type Refusal = { code: number; message: string };

const ready: Refusal = { code: 0, message: '' };
const unavailable: Refusal = { code: 14, message: 'shard status unknown' };
const noNamespace: Refusal = { code: 5, message: 'Namespace default is not found.' };
const exhausted: Refusal = { code: 8, message: 'namespace rate limit exceeded' };

/** A Temporal server that takes calls after some refusals; what it is asked is kept, a method and its bytes each. */
async function startStub(refusals: Refusal[], port = 0) {
  const asked: { method: string; bytes: Buffer }[] = [];
  const answer = async (stream: ServerHttp2Stream, path = '') => {
    const method = path.split('/').at(-1) ?? '';
    const bytes = await buffer(stream);
    const known = method === 'GetSystemInfo';
    if (!known) asked.push({ method, bytes });
    const { code, message } = known ? ready : (refusals.shift() ?? ready);
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(code), 'grpc-message': message }));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.end(code === 0 ? reply(known ? '' : 'run-1') : undefined);
  };
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => void answer(stream, headers[':path']));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, port: (server.address() as AddressInfo).port, asked, [Symbol.asyncDispose]: close };
}

/** One gRPC message, which has this text as its first field. */
function reply(text: string): Buffer {
  const message = text === '' ? Buffer.alloc(0) : Buffer.from([0x0a, text.length, ...Buffer.from(text)]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function connectTo(address: string, signal = new AbortController().signal) {
  const told: string[] = [];
  const patience = { tell: (text: string) => told.push(text), signal };
  const temporal = { executable: null, external: true, uiUrl: null, environment: { TEMPORAL_ADDRESS: address } };
  return { told, connected: connectExternal({ temporal, encryption: noEncryption }, patience) };
}

const start = { taskQueue: 'q', workflowId: 'ask-1', args: [] };

test('what a restarting server refuses is asked again as it was, and told once', async () => {
  await using stub = await startStub([unavailable, noNamespace, noNamespace, unavailable, exhausted]);
  const { told, connected } = connectTo(stub.address);
  const temporal = await connected;
  const handle = await temporal.client.workflow.start('answerQuestion', start);
  await temporal.close();
  assert.equal(handle.firstExecutionRunId, 'run-1');
  assert.equal(stub.asked.length, 6);
  assert.ok(stub.asked.every(({ bytes }) => bytes.equals(stub.asked[0]?.bytes ?? Buffer.alloc(0))));
  assert.equal(told.length, 1, JSON.stringify(told));
  assert.match(told[0] ?? '', /^the Temporal server at 127\.0\.0\.1:\d+ is not ready \(.*\): trying again for \d+ s$/);
});

test('what a server answers for good is not asked again, and a short refusal is not told', async () => {
  await using stub = await startStub([unavailable, { code: 5, message: 'workflow not found for ID: ask-1' }]);
  const { told, connected } = connectTo(stub.address);
  const temporal = await connected;
  await assert.rejects(temporal.client.workflow.getHandle('ask-1').describe(), WorkflowNotFoundError);
  await temporal.close();
  assert.deepEqual([stub.asked.length, told], [2, []]);
});

test('a server that does not listen yet is waited for', async () => {
  const { port, address, ...early } = await startStub([]);
  await early[Symbol.asyncDispose]();
  const { told, connected } = connectTo(address);
  await until(() => told.length > 0);
  await using _late = await startStub([], port);
  await (await connected).close();
  assert.match(told.join('\n'), /is not ready/);
});

test('Ctrl-C ends the wait, for a connection and for a call', async () => {
  const { address, port, ...early } = await startStub([]);
  await early[Symbol.asyncDispose]();
  const waiting = new AbortController();
  const { connected } = connectTo(address, waiting.signal);
  setImmediate(() => waiting.abort());
  await assert.rejects(connected, Interrupted);

  await using stub = await startStub(
    Array.from({ length: 100 }, () => unavailable),
    port,
  );
  const calling = new AbortController();
  const second = connectTo(stub.address, calling.signal);
  const temporal = await second.connected;
  const started = temporal.client.workflow.start('answerQuestion', start);
  await until(() => stub.asked.length > 1);
  calling.abort();
  await assert.rejects(started, (error: { cause?: { code?: number } }) => error.cause?.code === 1);
  await temporal.close();
});

test('a server that stays away is given up, whatever many calls wait for it', async () => {
  await using stub = await startStub(Array.from({ length: 100 }, () => unavailable));
  let nowMs = 0;
  const told: string[] = [];
  const patience = { tell: (text: string) => told.push(text), signal: new AbortController().signal };
  const { interceptors, end } = patientCalls(stub.address, patience, () => nowMs);
  const connection = await Connection.connect({ address: stub.address, interceptors });
  const calls = Promise.allSettled([1, 2].map(() => connection.workflowService.describeNamespace({ namespace: 'a' })));
  // The clock goes on before the first refusal is read, or after it: at 29 s it is told either way.
  for (const passedMs of [2000, 29_000, 60_000]) {
    const before = stub.asked.length;
    await until(() => stub.asked.length >= before + 2 && (passedMs < 60_000 || told.length > 0));
    nowMs = passedMs;
  }
  const codes = (await calls).map((call) => call.status === 'rejected' && call.reason.code);
  assert.deepEqual([codes, told.length], [[14, 14], 1]);
  await end();
  await connection.close();
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
