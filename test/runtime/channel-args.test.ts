import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelArgsFor } from '../../runtime/temporal/channel-args.ts';

test('a Temporal server on this machine is never looked for behind a proxy, another one by the rules of gRPC', () => {
  const always = { 'grpc.max_receive_message_length': 64 * 1024 * 1024 };
  const direct = { channelArgs: { ...always, 'grpc.enable_http_proxy': 0 } };
  for (const address of ['127.0.0.1:7233', 'localhost:7233', '[::1]:7233', '127.0.0.1'])
    assert.deepEqual(channelArgsFor(address), direct, address);
  for (const address of ['temporal.example:7233', '127.0.0.1.example:7233', '10.0.0.1:7233'])
    assert.deepEqual(channelArgsFor(address), { channelArgs: always }, address);
});
