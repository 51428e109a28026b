/** What a run log does not say stays unknown, in grades, trials, signals and comparisons, and is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../harness/comparison/compare-variants.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { gradeWaste } from '../../harness/graders/waste-grader.ts';
import { signalLines } from '../../harness/rendering/signal-lines.ts';
import { runLogReader } from '../../harness/run-log/run-log-reader.ts';
import { splitSignals } from '../../harness/signals/split-signals.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { aQuestion, aRecord, call } from './graded-case.ts';

const questions = Array.from({ length: 40 }, (_, at) =>
  aQuestion({
    id: `q${at}`,
    expected_route: at % 2 ? 'docs' : 'code',
    kinds: { [at % 2 ? 'docs' : 'code']: ['code', 'docs'] },
  }),
);

function trialsOf(record: (at: number) => Record<string, unknown>, variant = 'foreign') {
  return questions.map((question, at) => {
    const said = aRecord({ question_id: question.id, variant, ...record(at) });
    return toGradedTrial(said, gradeRecord(said, question), 'd');
  });
}

test('a log without tool calls has no share of waste, and is no reason not to split', () => {
  const signals = splitSignals(trialsOf(() => ({ tools_called: null })));
  assert.deepEqual([signals.waste.found, signals.waste.share, signals.waste.unknown], ['unknown', null, 40]);
  assert.deepEqual([signals.conflictingTools.found, signals.conflictingTools.share], ['unknown', null]);
  assert.equal(signals.advice, 'unknown');
  const lines = signalLines(signals).join('\n');
  assert.match(lines, /unknown/);
  assert.match(lines, /tools_called/);
  assert.match(lines, /^waste: unknown; not known of 40 runs/m);
  assert.doesNotMatch(lines, /do not split/);
});

test('no tool calls, where the log says so, are known', () => {
  const signals = splitSignals(trialsOf(() => ({ tools_called: [] })));
  assert.deepEqual([signals.waste.found, signals.waste.share, signals.conflictingTools.found], ['absent', 0, 'absent']);
  assert.equal(signals.advice, 'do-not-split');
});

test('a few records that do not say it change nothing; as many as could reach the limit do', () => {
  const silent = (many: number) => splitSignals(trialsOf((at) => (at < many ? { tools_called: null } : {})));
  assert.deepEqual([silent(3).waste.found, silent(3).conflictingTools.found], ['absent', 'absent']);
  assert.deepEqual([silent(7).waste.found, silent(7).conflictingTools.found], ['absent', 'unknown']);
  assert.deepEqual([silent(8).waste.found, silent(8).waste.share], ['unknown', 0]);
  const wasteful = { tools_called: [call('grep', ['x.js']), call('grep', ['y.js'])] };
  const present = splitSignals(trialsOf((at) => (at < 8 ? wasteful : { tools_called: null })));
  assert.deepEqual([present.waste.found, present.advice], ['present', 'a-split-may-help']);
});

test('names of tools alone do not say that the calls were good for something', () => {
  const trial = trialsOf(() => ({ tools_called: ['search_code', 'grep'] }))[0];
  assert.equal(trial?.wasteful, null);
  assert.equal(trialsOf(() => ({ tools_called: [call('grep', ['lib/body.js'])] }))[0]?.wasteful, false);
  assert.match(
    signalLines(splitSignals(trialsOf(() => ({ tools_called: ['grep'] })))).join('\n'),
    /tools_called\.paths/,
  );
});

test('a record without an answer has no grade and did not give up', () => {
  const [trial] = trialsOf(() => ({ outcome: null, final_answer: null, retry_count: null }));
  assert.deepEqual([trial?.correct, trial?.label, trial?.abstained, trial?.retries], [null, 'unknown', null, null]);
  const signals = splitSignals(trialsOf(() => ({ outcome: null, final_answer: null })));
  assert.deepEqual([signals.qualityGap.found, signals.advice], ['unknown', 'unknown']);
  assert.match(signals.notes.join('\n'), /40 of 40 records do not say .*final_answer/);
  const empty = trialsOf(() => ({ outcome: null, final_answer: '' }))[0];
  assert.deepEqual([empty?.correct, empty?.label], [0, 'gave_up']);
});

test('what a record does not say of tries, outputs and routes is null in its waste', () => {
  const bare = aRecord({ specialist_output: null, route: null, routing: null, routes_run: null });
  const { retriesWithoutChange, unusedOutputs, needlessRoutes } = gradeWaste(bare, aQuestion());
  assert.deepEqual([retriesWithoutChange, unusedOutputs, needlessRoutes], [null, null, null]);
  const known = gradeWaste(aRecord({ specialist_output: [] }), aQuestion());
  assert.deepEqual([known.retriesWithoutChange, known.unusedOutputs, known.needlessRoutes], [0, [], []]);
});

test('a comparison does not judge waste that one variant does not say', () => {
  const plan = ComparisonPlan.parse({ draws: 999 });
  const [silent, said] = [trialsOf(() => ({ tools_called: null }), 'a'), trialsOf(() => ({}), 'b')];
  const both = compareVariants({ trials: silent, spec: null }, { trials: silent, spec: null }, plan);
  assert.ok(both.cells.length > 0 && both.cells.every(({ dimension }) => dimension !== 'waste'));
  assert.ok(both.notes.includes('waste is unknown and not judged'));
  assert.equal(both.baseline.waste.n, 0);
  const one = compareVariants({ trials: silent, spec: null }, { trials: said, spec: null }, plan);
  assert.match(JSON.stringify(one.verdict), /not-comparable.*the waste is known for 0 %/);
});

test('an unknown field is named once with its line, a known one of a wrong type is refused with its line', () => {
  const warnings: string[] = [];
  const reader = runLogReader('log.jsonl', (warning) => warnings.push(warning));
  const row = (more: object) => JSON.stringify({ question_id: 'q', ...more });
  reader.read(row({ tools_caled: [] }), 1);
  reader.read(
    row({
      trial: 2,
      tools_caled: [],
      tools_called: [
        { tool: 'a', args: {} },
        { tool: 'b', args: {} },
      ],
    }),
    2,
  );
  reader.read(row({ trial: 3, evidence: ['a.js', { path: 'b.js', blob: null }], models: { any: 'name' } }), 3);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? '', /^log\.jsonl:1: unknown field "tools_caled"/);
  assert.match(warnings[1] ?? '', /^log\.jsonl:2: unknown field "tools_called\.args"/);
  assert.throws(
    () => reader.read(row({ trial: 4, tools_called: 'grep' }), 4),
    /^LineProblem: log\.jsonl:4: tools_called: /,
  );
  assert.throws(
    () => reader.read(row({ trial: 4, latency_ms: { total: '1' } }), 5),
    /log\.jsonl:5: latency_ms\.total: /,
  );
});

test('a log of nothing but unknown fields is told in a bounded number of warnings', () => {
  const warnings: string[] = [];
  const reader = runLogReader('log.jsonl', (warning) => warnings.push(warning));
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`field${at}`, at]));
  reader.read(JSON.stringify({ question_id: 'q', ...many }), 1);
  assert.equal(warnings.length, 21);
  assert.match(warnings.at(-1) ?? '', /more unknown fields/);
});
