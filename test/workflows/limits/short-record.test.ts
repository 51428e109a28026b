/** What is cut of the record of a run that is too large for one payload, and what stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpecialistOutput } from '../../../contracts/agent.ts';
import { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { AnswerState } from '../../../contracts/run.ts';
import type { ToolCalled } from '../../../contracts/tools.ts';
import { jsonBytes } from '../../../lib/json-bytes.ts';
import { cutNote, fittingState, mostStateBytes } from '../../../workflows/answer-question/limits/run-size.ts';
import { beginning } from '../../../workflows/answer-question/state.ts';

const specialist = { name: 'code', purpose: 'functions', prompt: 'Answer.', tools: ['grep'] };
const empty = beginning({
  question: 'q',
  repository: { kind: 'path', path: '/r' },
  pipeline: PipelineSpec.parse({ name: 'test', specialists: [specialist] }),
  forcedRoute: null,
  limits: { modelCallSeconds: 20, modelCallTotalSeconds: 60, modelCallAttempts: 4, heartbeatSeconds: 2 },
});

const some = <Item>(count: number, item: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => item(at));
/** So many characters that tell where they stand. */
const text = (length: number) => '0123456789'.repeat(length / 10 + 1).slice(0, length);

const call = (at: number, characters: number, path: number): ToolCalled => ({
  ...{ specialist: 'code', try: at + 1, tool: 'grep', status: 'ok' },
  ...{ argumentsText: text(characters), content: '', paths: some(4, (number) => `${number}${text(path)}`) },
});

const output = (at: number, answer: string, more: Partial<SpecialistOutput> = {}): SpecialistOutput => ({
  ...{ specialist: 'code', try: at + 1, kind: 'draft', answer, citations: [], confidence: 1, insufficient: false },
  ...{ gaps: some(7, (gap) => `gap ${gap}`), draftId: null, accepted: false, reasons: [], ...more },
});

const citation = (at: number) => ({
  ...{ path: `lib/${at}.js`, firstLine: 1, lastLine: 2, quote: text(300), blob: null },
  status: 'verified' as const,
});

const noted = (state: AnswerState) => [...state.gaps, cutNote];

test('a state that takes just what there is room for stays whole; one byte more is told', () => {
  const bare = { ...empty, final_answer: '' };
  const full = { ...bare, final_answer: 'a'.repeat(mostStateBytes - jsonBytes(bare)) };
  assert.equal(jsonBytes(full), mostStateBytes);
  assert.equal(fittingState(full), full);
  const above = { ...full, final_answer: `${full.final_answer}a` };
  assert.deepEqual(fittingState(above), { ...above, gaps: noted(above) });
});

test('arguments of tool calls and their paths are cut first', () => {
  const state = { ...empty, tools_called: some(400, (at) => call(at, 4_000, 10)), specialist_output: [output(0, 'a')] };
  const { tools_called, ...rest } = fittingState(state);
  const { tools_called: _, ...kept } = state;
  assert.deepEqual(rest, { ...kept, gaps: noted(state) });
  const [first] = state.tools_called;
  assert.equal(tools_called.length, 400);
  assert.deepEqual(tools_called[0], { ...first, argumentsText: text(200), paths: first?.paths.slice(0, 2) });
});

test('then drafts: those that were not accepted are shortened, and no more than some citations and gaps stay', () => {
  const citations = some(12, citation);
  const drafts = some(120, (at) =>
    output(at, text(20_000), { citations, accepted: at === 1 ? true : at === 2 ? null : false }),
  );
  const state = { ...empty, tools_called: [call(0, 300, 10)], specialist_output: drafts };
  const { specialist_output, tools_called, gaps } = fittingState(state);
  assert.equal(specialist_output.length, 120);
  const shorter = (at: number) => ({
    ...drafts[at],
    citations: citations.slice(0, 10).map((each) => ({ ...each, quote: text(200) })),
    gaps: ['gap 0', 'gap 1', 'gap 2', 'gap 3', 'gap 4'],
  });
  assert.deepEqual(specialist_output[0], { ...shorter(0), answer: text(2_000) });
  assert.deepEqual(specialist_output[1], shorter(1), 'the words of an accepted one stay');
  assert.deepEqual(specialist_output[2], { ...shorter(2), answer: text(2_000) });
  assert.equal(tools_called[0]?.argumentsText, text(200));
  assert.deepEqual(gaps, [cutNote], 'it is said once');
});

test('then all but the last tool calls, and their paths', () => {
  const state = { ...empty, tools_called: some(900, (at) => call(at, 10, 990)), specialist_output: [output(0, 'a')] };
  const { tools_called, specialist_output } = fittingState(state);
  assert.deepEqual(
    tools_called,
    state.tools_called.slice(800).map((each) => ({ ...each, paths: [] })),
  );
  assert.equal(specialist_output[0]?.answer, 'a');
});

test('at last all but the last drafts, without their words', () => {
  const drafts = some(100, (at) => output(at, 'an answer', { reasons: [text(20_000)], citations: [citation(at)] }));
  const superseded = some(12, (at) => ({ specialist: `s${at}`, reason: text(300) }));
  const fitting = fittingState({ ...empty, specialist_output: drafts, superseded });
  assert.deepEqual(
    fitting.specialist_output,
    drafts.slice(90).map((each) => ({ ...each, answer: '', citations: [], gaps: each.gaps.slice(0, 5) })),
  );
  assert.deepEqual(
    fitting.superseded,
    superseded.slice(2).map(({ specialist: name }) => ({ specialist: name, reason: text(200) })),
  );
});
