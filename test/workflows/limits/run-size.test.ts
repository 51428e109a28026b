/** A run stays within what a server takes: events and bytes of its history, and the size of what it gives back. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget, PipelineSpec } from '../../../contracts/pipeline.ts';
import { mostModelCalls, mostPipelineCharacters } from '../../../contracts/pipeline-rules.ts';
import { AnswerState } from '../../../contracts/run.ts';
import { RunBudget } from '../../../workflows/answer-question/limits/budget.ts';
import { callModel, callTool } from '../../../workflows/answer-question/calls.ts';
import {
  cutNote,
  fittingState,
  historyMarks,
  mostStateBytes,
} from '../../../workflows/answer-question/limits/run-size.ts';
import { jsonBytes } from '../../../lib/json-bytes.ts';
import { beginning } from '../../../workflows/answer-question/state.ts';
import { OpenWaits } from '../../../workflows/answer-question/limits/waits.ts';
import { validRouting } from '../../../workflows/input/valid-input.ts';
import { checkout } from '../../support/temporal.ts';

const limits = { modelCallSeconds: 20, modelCallTotalSeconds: 60, modelCallAttempts: 4, heartbeatSeconds: 2 };
const specialist = { name: 'code', purpose: 'functions', prompt: 'Answer.', tools: ['grep'] };
const spec = PipelineSpec.parse({ name: 'test', specialists: [specialist] });

type Event = {
  activityTaskScheduledEventAttributes?: { activityType?: { name?: string } };
  workflowExecutionUpdateAcceptedEventAttributes?: object;
};
const asksModel = ['rewriteQuestion', 'routeQuestion', 'callSpecialist', 'judgeDraft', 'synthesize', 'rerankPlaces'];
/** Steps of their own, as decisions are, that no budget of model calls bounds: the marks of a history's size do (`historyMarks`). */
const besides = ['openForeignTools', 'callForeignTool', 'noteForeignCall', 'runTool', 'checkEdit'];

/** Events and model calls of each stored history of a question. */
function storedQuestions() {
  const folder = join(checkout, 'test/histories');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => {
    if (!name.endsWith('.json') || name.startsWith('shown')) return [];
    const { events } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { events: Event[] };
    const scheduled = events.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? '');
    const calls = scheduled.filter((activity) => asksModel.includes(activity)).length;
    const decisions = events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
    const steps = scheduled.filter((activity) => besides.includes(activity)).length + decisions;
    return scheduled.includes('openRepository') ? [{ name, events: events.length, calls, steps }] : [];
  });
}

test('the most model calls that a run may have keep its history below 10,000 events, as stored histories show', () => {
  const stored = storedQuestions();
  assert.ok(stored.length > 30, `${stored.length} histories`);
  const [ofRun, ofCall, ofStep] = [24, 12, 9];
  for (const { name, events, calls, steps } of stored)
    assert.ok(events <= ofRun + ofCall * calls + ofStep * steps, `${name}: ${events} events of ${calls} calls`);
  assert.ok(ofRun + ofCall * mostModelCalls < historyMarks.answer.events);
  assert.ok(historyMarks.stop.events <= 9_000);
});

test('a budget of more model calls is refused by the name of its field', () => {
  const greedy = { ...spec, budget: { ...spec.budget, modelCalls: mostModelCalls + 1 } };
  const [issue] = PipelineSpec.safeParse(greedy).error?.issues ?? [];
  assert.deepEqual(issue?.path, ['budget', 'modelCalls']);
  assert.match(issue?.message ?? '', /at most 600 model calls/);
  const repository = { kind: 'path', path: '/r' } as const;
  const input = { question: 'q', repository, pipeline: greedy, forcedRoute: null, limits };
  assert.throws(() => validRouting('answerQuestion', input), /pipeline\.budget\.modelCalls must be at most 600/);
});

test('a pipeline that is too large for one payload is refused', () => {
  const prompt = 'p'.repeat(20_000);
  const router = { prompt, fallback: 'code' };
  const specialists = Array.from({ length: 20 }, (_, at) => ({
    ...specialist,
    name: at === 0 ? 'code' : `s${at}`,
    prompt,
  }));
  const { error } = PipelineSpec.safeParse({ name: 'large', router, specialists });
  assert.match(error?.message ?? '', new RegExp(`characters of JSON, at most ${mostPipelineCharacters}`));
});

/** A caller whose history has this size. */
function callerAt(events: number, bytes = 0) {
  const sent: string[] = [];
  const budget = new RunBudget(Budget.parse({}), () => ({ events, bytes }));
  const activity = (name: string) => ({
    executeWithOptions: async () => {
      sent.push(name);
      return { result: { turn: '' }, usage: null, spans: [] };
    },
  });
  const activities = { callSpecialist: activity('model'), runTool: activity('tool') };
  const outages = { pause: async () => {}, waitForPerson: async () => {} };
  const waits = new OpenWaits(() => 0);
  const parts = { limits, budget, waits, outages, activities, until: async () => {}, onSettled: () => {} };
  return { caller: parts as unknown as Parameters<typeof callTool>[0], budget, sent };
}

test('near the end of its history a run answers with what it has, at the end it calls nothing more', async () => {
  const about = { scope: { stage: 'specialist' } as const, summary: 's' };
  const model = (caller: Parameters<typeof callTool>[0]) => callModel(caller, 'callSpecialist', {} as never, about);
  const tool = (caller: Parameters<typeof callTool>[0]) => callTool(caller, 'runTool', {} as never, 's');
  const { answer, stop } = historyMarks;
  const before = callerAt(answer.events - 1);
  assert.equal(before.budget.nearlySpent(2), false);
  for (const [events, bytes] of [
    [answer.events, 0],
    [0, answer.bytes],
  ] as const) {
    const near = callerAt(events, bytes);
    assert.equal(near.budget.nearlySpent(2), true);
    await model(near.caller);
    await tool(near.caller);
    assert.deepEqual(near.sent, ['model', 'tool']);
  }
  for (const [events, bytes] of [
    [stop.events, 0],
    [0, stop.bytes],
  ] as const) {
    const full = callerAt(events, bytes);
    for (const call of [model, tool])
      await assert.rejects(call(full.caller), { message: "the budget's history is spent" });
    assert.deepEqual(full.sent, []);
  }
});

const nothing = beginning({
  question: 'q',
  repository: { kind: 'path', path: '/r' },
  pipeline: spec,
  forcedRoute: null,
  limits,
});

test('a state that fits is left as it is', () => {
  assert.equal(fittingState(nothing), nothing);
});

test('whatever a run has on record, its state fits, is one by its schema, and keeps answer and evidence whole', () => {
  const filling = fc.constantFrom('a', '水', '\u0001', '😀', '"');
  const size = fc.nat(600);
  const shape = fc.record({ filling, calls: size, tries: fc.nat(44), cited: fc.nat(40), accepted: fc.boolean() });
  fc.assert(
    fc.property(shape, (given) => {
      const state = filledState(given);
      const fitting = fittingState(state);
      assert.ok(jsonBytes(fitting) <= mostStateBytes, `${jsonBytes(fitting)} bytes`);
      assert.equal(jsonBytes(fitting), Buffer.byteLength(JSON.stringify(fitting)));
      AnswerState.parse(fitting);
      assert.deepEqual([fitting.final_answer, fitting.evidence], [state.final_answer, state.evidence]);
      assert.equal(fitting.gaps.includes(cutNote), fitting !== state);
    }),
    { numRuns: 4, examples: [[{ filling: '\u0001', calls: 600, tries: 44, cited: 40, accepted: true }]] },
  );
});

type Filling = { filling: string; calls: number; tries: number; cited: number; accepted: boolean };

function filledState({ filling, calls, tries, cited, accepted }: Filling): AnswerState {
  const text = (length: number) => filling.repeat(length).slice(0, length);
  const lines = { firstLine: 1, lastLine: 2 };
  // As much as is read of a reply: agents/reply-fields.ts.
  const citation = { path: text(800), ...lines, quote: text(400), blob: null, status: 'unresolved' } as const;
  const citations = Array.from({ length: cited }, () => citation);
  const called = { specialist: 'code', try: 1, tool: text(100), argumentsText: text(4_000), status: 'error' } as const;
  const output = { specialist: 'code', kind: 'draft', answer: text(20_000), citations, confidence: 1 } as const;
  const more = { insufficient: false, gaps: [text(500)], draftId: null, accepted, reasons: [text(500)] };
  return {
    ...nothing,
    final_answer: text(20_000),
    evidence: citations,
    tools_called: Array.from({ length: calls }, () => {
      return {
        ...called,
        content: '0'.repeat(64),
        paths: Array.from({ length: 8 }, () => text(1_000)),
        problem: text(300),
      };
    }),
    specialist_output: Array.from({ length: tries }, (_, at) => ({ ...output, ...more, try: at + 1 })),
    superseded: Array.from({ length: tries }, () => ({ specialist: 'code', reason: text(5_000) })),
  };
}
