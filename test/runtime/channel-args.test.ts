import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { channelArgsFor, compressionFor } from '../../runtime/temporal/channel-args.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { connectTo } from '../../worker/create-worker.ts';

test('a Temporal server on this machine is never looked for behind a proxy, another one by the rules of gRPC', () => {
  const always = { 'grpc.max_receive_message_length': 64 * 1024 * 1024 };
  const direct = { channelArgs: { ...always, 'grpc.enable_http_proxy': 0 } };
  for (const address of ['127.0.0.1:7233', 'localhost:7233', '[::1]:7233', '127.0.0.1'])
    assert.deepEqual(channelArgsFor(address), direct, address);
  for (const address of ['temporal.example:7233', '127.0.0.1.example:7233', '10.0.0.1:7233'])
    assert.deepEqual(channelArgsFor(address), { channelArgs: always }, address);
});

test('a worker compresses its calls to a server on another machine only', async () => {
  assert.deepEqual(compressionFor('temporal.example:7233'), {});
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'stream');
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
  });
  const { port } = server.address() as AddressInfo;
  await assert.rejects(connectTo(ownServer(`127.0.0.1:${port}`, 'default')), /no Temporal server answers/);
  const [, headers] = await asked;
  server.close();
  assert.equal(headers[':path'], '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo');
  assert.equal(headers['grpc-encoding'], undefined);
});
