import assert from 'node:assert/strict';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { never, openPath, runTool, scratchFolder, scratchRetrieval, syntheticSource, writeFiles } from './scratch.ts';

test('the event loop goes on and tool calls are answered while 1 MB is indexed and a hostile pattern is grepped', {
  timeout: 300_000,
}, async (t) => {
  const folder = scratchFolder(t);
  const root = syntheticSource(join(folder, 'source'), 1, 3);
  writeFiles(root, { 'hostile.txt': `${'a'.repeat(4000)}!\n${'text\n'.repeat(200)}` });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const small = await openPath(retrieval, writeFiles(join(folder, 'small'), { 'a.js': 'alpha()\n' }));
  const search = () => runTool(retrieval, small, 'search_code', { query: 'alpha' });
  await search(); // so that a thread for tools is there
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let beats = 0;
  const heart = setInterval(() => {
    beats += 1;
  }, 50);
  t.after(() => clearInterval(heart));
  const began = performance.now();
  const order: string[] = [];
  const indexing = Promise.withResolvers<void>();
  const onProgress = ({ stage }: { stage: string }) => stage === 'indexing' && indexing.resolve();
  const opening = retrieval
    .open({ kind: 'path', path: root }, { signal: never, onProgress })
    .finally(() => order.push('opened'));
  await Promise.race([indexing.promise, opening]);
  assert.equal((await search()).status, 'ok');
  order.push('answered');
  const snapshot = await opening;
  const opened = performance.now();
  assert.deepEqual(order, ['answered', 'opened']);
  assert.ok(snapshot.bytes > 1_000_000);
  const beatsWhileOpening = beats;
  const hostile = await runTool(retrieval, snapshot, 'grep', { pattern: '(a+)+$' });
  const took = performance.now() - opened;
  delay.disable();
  assert.match(hostile.text, /^error: grep took longer than 2 s: the pattern took too long/);
  // Every beat that fits in the time, but for every other one on a busy machine.
  assert.ok(beatsWhileOpening > ((opened - began) / 50) * 0.5, `${beatsWhileOpening} beats in ${opened - began} ms`);
  assert.ok(beats - beatsWhileOpening > (took / 50) * 0.5, `${beats - beatsWhileOpening} beats in ${took} ms`);
  t.diagnostic(
    `1 MB opened in ${Math.round(opened - began)} ms, event-loop delay p99 ${Math.round(delay.percentile(99) / 1e6)} ms`,
  );
  const next = await runTool(retrieval, snapshot, 'grep', { pattern: 'return \\w+', path: 'src/*/file1.js' });
  assert.equal(next.status, 'ok', 'a killed thread is replaced');
});

test('cancelling a tool call that never ends rejects it with the reason', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, writeFiles(join(folder, 'one'), { 'a.txt': `${'a'.repeat(60)}!\n` }));
  const cancel = new AbortController();
  const request = { callId: 'c', tool: 'grep', argumentsText: '{"pattern":"(a+)+$"}' };
  const call = retrieval.runTool(snapshot, request, ['grep'], cancel.signal);
  cancel.abort(new Error('cancelled by the user'));
  await assert.rejects(call, /cancelled by the user/);
});
