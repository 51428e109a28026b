import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SentSpan, SentTrace } from '../../contracts/trace.ts';
import { createFileSink, linkOf, noSink, readTraceFile, type TraceSink } from '../../observability/trace-sink.ts';
import { createLangfuseSink } from '../../observability/langfuse-sink.ts';
import { spanIdOf } from '../../observability/trace-ids.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { until } from '../support/until.ts';

type Kept = Pick<SentSpan, 'id' | 'parentId' | 'name' | 'startMs' | 'endMs'>;
type Scene = AsyncDisposable & { sink: TraceSink; kept(): Promise<Kept[]> };

const traceId = '0123456789abcdef0123456789abcdef';

const scenes: Record<string, () => Promise<Scene>> = {
  async file() {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-sink-'));
    return {
      sink: createFileSink(folder),
      async kept() {
        const files = await readdir(folder);
        assert.deepEqual(files, [`${traceId}.jsonl.zst`], 'one file a trace, and nothing half written');
        const lines = (await readTraceFile(join(folder, `${traceId}.jsonl.zst`))).trim().split('\n');
        return lines.map((line) => JSON.parse(line) as Kept);
      },
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  },
  async langfuse() {
    const stub = await LangfuseStub.open();
    const { langfuse } = stub.traces();
    assert.ok(langfuse !== null);
    return {
      sink: createLangfuseSink(langfuse),
      kept: async () =>
        stub.trace(traceId).map(({ spanId, parentSpanId, name, startMs, endMs }) => {
          return { id: spanId, parentId: parentSpanId, name, startMs, endMs };
        }),
      [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
    };
  },
};

/** More spans than go into one request. */
const trace = aTrace(150);

test('two workers that write one trace at the same time leave it whole', async () => {
  await using scene = await scenes.file?.();
  assert.ok(scene !== undefined);
  const options = { signal: new AbortController().signal, sent: 0, onSent: () => undefined };
  await Promise.all(Array.from({ length: 8 }, () => scene.sink.send(trace, options)));
  assert.equal((await scene.kept()).length, trace.spans.length);
});

for (const [kind, open] of Object.entries(scenes)) {
  test(`the ${kind} sink keeps every span as it is, and a trace that is sent again stays one`, async () => {
    await using scene = await open();
    const parts: number[] = [];
    const onSent = (spans: number) => parts.push(spans);
    const options = { signal: new AbortController().signal, sent: 0, onSent };
    await scene.sink.send(trace, options);
    await scene.sink.send(trace, options);
    const kept = (await scene.kept()).map(({ id, parentId, name, startMs, endMs }) => {
      return { id, parentId, name, startMs, endMs };
    });
    const expected = trace.spans.map(({ id, parentId, name, startMs, endMs }) => {
      return { id, parentId, name, startMs, endMs };
    });
    assert.deepEqual(kept, expected);
  });

  test(`the ${kind} sink says where a trace is`, async () => {
    await using scene = await open();
    assert.match(linkOf(await scene.sink.linkTemplate(), traceId) ?? '', new RegExp(traceId));
  });
}

test('the Langfuse sink goes on behind what an earlier attempt has sent, and stops when it is told to', async () => {
  await using stub = await LangfuseStub.open();
  const { langfuse } = stub.traces();
  assert.ok(langfuse !== null);
  const sink = createLangfuseSink(langfuse);
  await sink.send(trace, { signal: new AbortController().signal, sent: 100, onSent: () => {} });
  assert.equal(stub.spans.length, trace.spans.length - 100);
  const stopped = AbortSignal.abort(new Error('the worker stops'));
  await assert.rejects(sink.send(trace, { signal: stopped, sent: 0, onSent: () => {} }), /the worker stops/);
  assert.equal(stub.spans.length, trace.spans.length - 100);
});

test('a project that Langfuse did not tell at first is asked for again, and no link waits for it', async () => {
  await using stub = await LangfuseStub.open('unavailable');
  const { langfuse } = stub.traces();
  assert.ok(langfuse !== null);
  const sink = createLangfuseSink(langfuse, 0);
  const general = `${stub.baseUrl}/trace/{traceId}`;
  assert.equal(await sink.linkTemplate(), general);
  await stub.be('hang');
  const began = performance.now();
  for (let asked = 0; asked < 5; asked += 1) assert.equal(await sink.linkTemplate(), general);
  assert.ok(performance.now() - began < 1000);
  await stub.be('well');
  const found = await until(async () => {
    const link = await sink.linkTemplate();
    return link === general ? null : link;
  });
  assert.equal(found, `${stub.baseUrl}/project/project-1/traces/{traceId}`);
});

test('no sink keeps nothing and has no place to show', async () => {
  await noSink.send(trace, { signal: new AbortController().signal, sent: 0, onSent: () => {} });
  assert.equal(await noSink.linkTemplate(), null);
});

function aTrace(children: number): SentTrace {
  const rootId = spanIdOf(traceId, 'root');
  const span = (key: string, parentId: string | null): SentSpan => ({
    key,
    parent: parentId === null ? null : 'root',
    id: spanIdOf(traceId, key),
    parentId,
    name: key,
    type: 'span',
    startMs: 1_700_000_000_123,
    endMs: 1_700_000_000_456,
    level: 'DEFAULT',
    message: null,
    input: 'in',
    output: { out: 1 },
    metadata: {},
    model: null,
    parameters: {},
    promptVersion: null,
    managedPrompt: null,
    usage: null,
  });
  const spans = Array.from({ length: children }, (_, at) => span(`step-${at}`, rootId));
  return {
    traceId,
    name: 'orchestrated-pipeline',
    workflowId: 'w',
    runId: 'r',
    session: null,
    tags: [],
    experiment: null,
    spans: [...spans, span('root', null)],
    scores: [{ name: 'confidence', value: 0.5, comment: null }],
    environment: 'test',
    release: null,
    webUrl: null,
  };
}
