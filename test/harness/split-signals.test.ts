import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signalLines } from '../../harness/rendering/signal-lines.ts';
import { splitSignals } from '../../harness/signals/split-signals.ts';
import { logOf, trialOf } from './comparison/trials.ts';

const routes = ['code', 'docs', 'debug', 'general'];
const routeOf = (at: number) => ({ expectedRoute: routes[at % 4] ?? '' });

test('a variant that is even, frugal and tidy has no signal: do not split', () => {
  const signals = splitSignals(logOf(120, (at) => ({ ...routeOf(at), correct: Math.floor(at / 4) % 3 ? 1 : 0 })));
  assert.equal(signals.advice, 'do-not-split');
  assert.deepEqual(
    [signals.qualityGap.found, signals.waste.found, signals.conflictingTools.found],
    ['absent', 'absent', 'absent'],
  );
});

test('a route that fails far more often is a quality gap, with its questions as evidence', () => {
  const { qualityGap, advice } = splitSignals(
    logOf(120, (at) => ({ ...routeOf(at), correct: at % 4 === 2 ? 0.2 : 0.9 })),
  );
  assert.equal(advice, 'a-split-may-help');
  assert.equal(qualityGap.found, 'present');
  assert.ok((qualityGap.p ?? 1) < 0.01 && Math.abs((qualityGap.gap ?? 0) - 0.7) < 1e-9);
  const worst = qualityGap.routes.at(-1);
  assert.deepEqual([worst?.route, worst?.n, worst?.failed.length, worst?.failed[0]], ['debug', 30, 30, 'q2']);
});

test('the same gap on a handful of questions is too few', () => {
  const signals = splitSignals(logOf(20, (at) => ({ ...routeOf(at), correct: at % 4 === 2 ? 0.2 : 0.9 })));
  const { qualityGap, advice, notes } = signals;
  assert.deepEqual([qualityGap.found, advice], ['too-few', 'too-few']);
  assert.match(signalLines(signals)[0] ?? '', /too few questions to rule them out: undecided$/);
  assert.equal(notes.length, 1);
});

test('waste and conflicting tools of a handful of questions are too few to advise a split, and too few to advise against', () => {
  const wrong = { wasteful: true, calls: [{ tool: 'search_code', finding: 'wrong-kind' as const }] };
  const right = { calls: [{ tool: 'search_docs', finding: 'needed' as const }] };
  const signals = (questions: number, odd: number) =>
    splitSignals(logOf(questions, (at) => ({ ...routeOf(at), ...(at < odd ? wrong : right) })));
  for (const odd of [0, 2]) {
    const { waste, conflictingTools, advice } = signals(8, odd);
    assert.deepEqual([waste.found, conflictingTools.found, advice], ['too-few', 'too-few', 'too-few']);
  }
  assert.equal(signals(80, 20).advice, 'a-split-may-help');
});

test('chance alone seldom makes a gap: 30 questions a route, the last two routes a little worse', () => {
  const { qualityGap } = splitSignals(
    logOf(120, (at) => ({ ...routeOf(at), correct: (at * 7) % 10 < (at % 4 > 1 ? 5 : 6) ? 1 : 0 })),
  );
  assert.equal(qualityGap.found, 'absent');
});

test('waste is a signal from 20 % of the traces on', () => {
  const share = (wasteful: number) => splitSignals(logOf(100, (at) => ({ wasteful: at < wasteful }))).waste;
  assert.equal(share(19).found, 'absent');
  assert.equal(share(20).found, 'present');
  assert.deepEqual(share(20).questions.slice(0, 2), ['q0', 'q1']);
  assert.ok((share(20).interval?.low ?? 1) < 0.2);
});

test('code search on docs questions is a conflict, named by route and tool', () => {
  const wrong = { calls: [{ tool: 'search_code', finding: 'wrong-kind' as const }] };
  const right = { calls: [{ tool: 'search_docs', finding: 'needed' as const }] };
  const { conflictingTools, advice } = splitSignals(logOf(40, (at) => (at < 5 ? wrong : right)));
  assert.deepEqual([conflictingTools.found, conflictingTools.share, advice], ['present', 0.125, 'a-split-may-help']);
  assert.deepEqual(conflictingTools.conflicts, [
    { route: 'docs', tool: 'search_code', calls: 5, questions: ['q0', 'q1', 'q2', 'q3', 'q4'] },
  ]);
  assert.equal(splitSignals(logOf(40, (at) => (at < 3 ? wrong : right))).conflictingTools.found, 'absent');
});

test('an empty log is refused', () => {
  assert.throws(() => splitSignals([]), /no records/);
  assert.throws(() => splitSignals([trialOf(), trialOf()]), /more than once: q1 \(trial 0\)/);
});
