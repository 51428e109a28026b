import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { exportSpans, renderTrace, type TraceExport } from '../../activities/tracing/export-spans.ts';
import type { Trace, TraceSpan } from '../../contracts/trace.ts';
import { createRedactor } from '../../lib/redaction.ts';

const span = (key: string, parent: string | null): TraceSpan => ({
  ...{ key, parent, name: key, type: 'span', startMs: 1, endMs: 2, level: 'DEFAULT', message: null },
  ...{ input: null, output: { kind: 'value', value: { said: key } }, metadata: {}, model: null, parameters: {} },
  ...{ promptVersion: null, managedPrompt: null, usage: null },
});

const keys = ['route', 'ask', 'judge', 'answer'];
const trace: Trace = {
  ...{ traceId: 'a'.repeat(32), name: 'orchestrated', workflowId: 'w', runId: 'r', session: null, tags: [] },
  ...{ experiment: null, scores: [], spans: [...keys.map((key) => span(key, 'root')), span('root', null)] },
};

test('between two spans of a trace whatever waits has its turn, such as a reply that has arrived', async () => {
  let turns = 0;
  let goesOn = true;
  const count = () => {
    turns += 1;
    if (goesOn) setImmediate(count);
  };
  setImmediate(count);
  const { spans } = await renderTrace(
    trace,
    { workflowId: 'w', runId: 'r' },
    {
      ...{ redactor: createRedactor([]), environment: 'test', release: null, costOf: () => null },
      ...{ renderer: () => async (field) => field, aboutExperiment: async () => null, webUrlOf: () => null },
    },
  );
  goesOn = false;
  assert.equal(spans.length, keys.length + 1);
  assert.ok(turns >= spans.length, `${turns} turns of the event loop for ${spans.length} spans`);
});

test('between the arrival of a history, which is decoded then, and the reading of it whatever waits has its turn', async () => {
  let hadTurn: boolean | null = null;
  const history = () => {
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    const read = () => {
      hadTurn ??= turned;
      return [];
    };
    return Object.defineProperty({}, 'events', { get: read });
  };
  const traces = {
    ...{ sink: { kind: 'file' }, redactor: createRedactor([]), giveUp: new AbortController().signal },
    ...{ readHistory: async () => history(), onSettled: () => {} },
  } as unknown as TraceExport;
  const runs = [{ workflowId: 'w', runId: 'r', sent: 0 }];
  const result: unknown = await new MockActivityEnvironment().run(exportSpans(traces), { runs });
  assert.match(JSON.stringify(result), /TraceUnreadable/);
  assert.equal(hadTurn, true);
});
