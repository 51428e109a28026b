/** Judges answers against expected folders, and sums them up: pure. */
import type { AnswerOutcome } from '../../contracts/run.ts';

export type BenchQuestion = {
  id: string;
  question: string;
  /** A folder of the checkout. */
  repository: string;
  kind: 'answerable' | 'unanswerable';
  expected_route: string;
  gold: { paths: string[] };
};

export type Answered = { question: BenchQuestion; outcome: AnswerOutcome; events: number; bytes: number };

export type AnswerVerdict = 'expected' | 'elsewhere' | 'abstained' | 'other';

/** Whether an answer cites the expected places: a folder of it (ending in `/`) or one of its files. */
export function verdictOf({ question, outcome }: Answered): AnswerVerdict {
  if (outcome.kind === 'insufficient-evidence') return 'abstained';
  if (outcome.kind !== 'answered') return 'other';
  const inside = (path: string) =>
    question.gold.paths.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));
  return outcome.state.evidence.some(({ path }) => inside(path)) ? 'expected' : 'elsewhere';
}

/** What the project asks of the offline model on its own questions. */
const asked = {
  inExpected: 0.8,
  falseAbstention: 0.1,
  rightAbstention: 0.75,
  medianEvents: 120,
  medianBytes: 64 * 1024,
};

export function figuresOf(answered: readonly Answered[]) {
  const of = (kind: BenchQuestion['kind']) => answered.filter(({ question }) => question.kind === kind);
  const share = (list: readonly Answered[], verdict: AnswerVerdict) =>
    list.length === 0 ? null : list.filter((each) => verdictOf(each) === verdict).length / list.length;
  const routed = answered.filter(({ question, outcome }) => outcome.state.route === question.expected_route).length;
  const events = answered.map((each) => each.events);
  const bytes = answered.map((each) => each.bytes);
  const figures = {
    questions: answered.length,
    answeredInExpected: share(of('answerable'), 'expected'),
    answeredElsewhere: share(of('answerable'), 'elsewhere'),
    falseAbstention: share(of('answerable'), 'abstained'),
    rightAbstention: share(of('unanswerable'), 'abstained'),
    routedAsExpected: answered.length === 0 ? null : routed / answered.length,
    citations: answered.flatMap(({ outcome }) => outcome.state.evidence).length,
    unresolvedCitationsShown: answered
      .flatMap(({ outcome }) => outcome.state.evidence)
      .filter(({ status }) => status === 'unresolved').length,
    historyEvents: { median: median(events), most: Math.max(0, ...events) },
    historyBytes: { median: median(bytes), most: Math.max(0, ...bytes) },
    modelCallsMedian: median(answered.map(({ outcome }) => outcome.state.usage.modelCalls)),
  };
  return { ...figures, met: met(figures) };
}

function met(figures: {
  answeredInExpected: number | null;
  falseAbstention: number | null;
  rightAbstention: number | null;
  unresolvedCitationsShown: number;
  historyEvents: { median: number };
  historyBytes: { median: number };
}): boolean {
  return (
    (figures.answeredInExpected ?? 1) >= asked.inExpected &&
    (figures.falseAbstention ?? 0) <= asked.falseAbstention &&
    (figures.rightAbstention ?? 1) >= asked.rightAbstention &&
    figures.unresolvedCitationsShown === 0 &&
    figures.historyEvents.median < asked.medianEvents &&
    figures.historyBytes.median < asked.medianBytes
  );
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (low + high) / 2;
}
