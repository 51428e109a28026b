/** What stands in a run's state once it has an answer, and which of several drafts is the best to show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import type { AnswerState, QuestionInput } from '../../contracts/run.ts';
import { bestOutput } from '../../workflows/answer-question/gate.ts';
import {
  type Answer,
  beginning,
  handingOver,
  nameOfDraft,
  type Run,
  settleAnswer,
  snapshotOf,
} from '../../workflows/answer-question/state.ts';

const specialist = { name: 'code', purpose: 'functions', prompt: 'Answer.', tools: ['grep'] };
const spec = PipelineSpec.parse({ name: 'test', specialists: [specialist] });
const input: QuestionInput = {
  question: 'q',
  repository: { kind: 'path', path: '/r' },
  pipeline: spec,
  forcedRoute: null,
  limits: { modelCallSeconds: 20, modelCallTotalSeconds: 60, modelCallAttempts: 4, heartbeatSeconds: 2 },
};
const runOf = (state: Partial<AnswerState>, more: Partial<Run> = {}) =>
  ({ input, state: { ...beginning(input), ...state }, ...more }) as Run;

const leftOut = [{ reason: 'too large', count: 2, examples: ['data/big.bin'] }];
const snapshot = { id: '0'.repeat(40), repositoryKey: 'r', url: null, leftOut } as unknown as AnswerState['snapshot'];
const lines = { firstLine: 1, lastLine: 2, quote: 'q', blob: null };
const cited = (path: string, more: Partial<CheckedCitation> = {}): CheckedCitation => ({
  ...{ path, ...lines, status: 'verified', ...more },
});
const answer: Answer = { answer: 'It throws.', confidence: 0.5, insufficient: false, gaps: ['when'], citations: [] };

test('an answer stands as it is; one that abstains says what was searched and what could not be', () => {
  const tools_called = [
    {
      specialist: 'code',
      try: 1,
      tool: 'grep',
      argumentsText: '{"pattern":"boil"}',
      status: 'ok',
      content: '',
      paths: [],
    },
  ] as AnswerState['tools_called'];
  const given = runOf({ snapshot, tools_called });
  settleAnswer(given, answer);
  assert.deepEqual([given.state.final_answer, given.state.searched, given.state.gaps], ['It throws.', [], ['when']]);
  const abstains = runOf({ snapshot, tools_called });
  settleAnswer(abstains, { ...answer, answer: 'Nothing.', insufficient: true });
  assert.equal(
    abstains.state.final_answer,
    'Nothing.\n\nSearched for: "boil" (grep).\nNot searched: 2 too large (data/big.bin, …).',
  );
  const unopened = runOf({});
  settleAnswer(unopened, { ...answer, answer: 'Nothing.', insufficient: true });
  assert.equal(unopened.state.final_answer, 'Nothing.');
});

test('a citation that does not hold is a gap, with the reason where there is one', () => {
  const run = runOf({ snapshot });
  const citations = [
    cited('a.js'),
    cited('b.js', { status: 'unresolved' }),
    cited('c.js', { status: 'unresolved', reason: 'no such file' }),
    cited('mcp:shop/search', { status: 'unresolved', foreign: true }),
  ];
  settleAnswer(run, { ...answer, citations, unjudged: 'it is away' });
  assert.deepEqual(run.state.evidence, citations.slice(0, 1));
  assert.deepEqual(run.state.foreign_evidence, citations.slice(3));
  assert.deepEqual(run.state.gaps, [
    'when',
    'the citation b.js:1-2 could not be verified',
    'the citation c.js:1-2 could not be verified: no such file',
    'what mcp:shop/search said was not verified: it is of a foreign server',
    'no judge has read the answer: it is away',
  ]);
});

test('a run is handed over by its last call alone, where it has a trace and nobody is asked about the answer', () => {
  const traced = { trace_link: 'https://traces.example/1' };
  assert.deepEqual(handingOver(runOf(traced, { endsWithCall: true })), { handOver: true });
  assert.deepEqual(handingOver(runOf(traced, { endsWithCall: false })), {});
  assert.deepEqual(handingOver(runOf({}, { endsWithCall: true })), {});
  const asking = PipelineSpec.parse({
    name: 'test',
    specialists: [specialist],
    decisions: { draft: { policy: 'ask' } },
  });
  assert.deepEqual(handingOver(runOf(traced, { endsWithCall: true, input: { ...input, pipeline: asking } })), {});
});

test('there is no snapshot before the repository is open', () => {
  assert.throws(() => snapshotOf(runOf({})), /not open yet/);
  assert.deepEqual(snapshotOf(runOf({ snapshot })), { id: '0'.repeat(40), repositoryKey: 'r', url: null });
});

test('a draft is named by its specialist, and by its try after the first', () => {
  assert.equal(nameOfDraft({ specialist: 'code', try: 1 }), 'code');
  assert.equal(nameOfDraft({ specialist: 'code', try: 2 }), 'code, try 2');
});

test('of several drafts the best is an accepted one, then an unjudged one, then one that cites, then the surest', () => {
  const draft = (confidence: number, more: Partial<SpecialistOutput> = {}): SpecialistOutput => ({
    ...{ specialist: 'code', try: 1, kind: 'draft', answer: 'a', citations: [], confidence, insufficient: false },
    ...{ gaps: [], draftId: null, accepted: false, reasons: [], ...more },
  });
  const citations = [cited('a.js')];
  const ordered = [
    draft(0.1),
    draft(0.9),
    draft(0.1, { citations }),
    draft(0.5, { unjudged: 'away', accepted: null }),
    draft(0.2, { accepted: true }),
    draft(0.1, { unjudged: 'away', accepted: null, citations }),
    draft(0.1, { accepted: true, citations }),
  ];
  for (const [at, better] of ordered.entries())
    for (const worse of ordered.slice(0, at)) {
      assert.equal(bestOutput([worse, better]), better);
      assert.equal(bestOutput([better, worse]), better);
    }
  const [first, ...alike] = [draft(0.5), draft(0.5)];
  assert.equal(bestOutput([first, ...alike]), first);
  assert.equal(bestOutput([draft(0.9, { kind: 'failed' })]), null);
});
