/** What a runtime says of itself to those who join it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Runtime, type RuntimeParts } from '../../runtime/host/runtime.ts';
import type { RuntimeMessage } from '../../runtime/protocol.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';

test('a runtime names the version that it was started with, whatever is installed when somebody joins', async () => {
  const never = new Promise<string>(() => {});
  const parts: RuntimeParts = {
    taskQueue: 'q',
    offlineModel: true,
    version: '0.0.7',
    modelUrl: null,
    startServer: async () => ({
      ...{ address: '127.0.0.1:1', namespace: 'default', webUrl: null },
      ended: never,
      stop: async () => {},
    }),
    warmUp: () => {},
    startWorker: async () => ({ modelUrl: null, ended: never, stop: async () => {} }),
  };
  const runtime = new Runtime(parts, createLogger({ level: 'silent', file: null, redactor: createRedactor([]) }));
  const joined = async () => {
    const said = Promise.withResolvers<RuntimeMessage>();
    runtime.said({ send: said.resolve, end: () => {} }, { kind: 'join', need: 'server' });
    return said.promise;
  };
  for (const message of [await joined(), await joined()])
    assert.equal(message.kind === 'ready' && message.version, '0.0.7', JSON.stringify(message));
});
