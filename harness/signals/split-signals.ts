/** The three signals that a split could help, from one variant's graded records; without any of them: do not split. */
import { shareInterval } from '../comparison/estimates.ts';
import { checkTrials, type GradedTrial } from '../graded-trial.ts';
import type { Interval } from '../statistics/proportions.ts';
import { type QualityGap, qualityGap } from './quality-gap.ts';

/** `unknown`: the log leaves so much out that the share may lie on either side of the limit. */
export type Found = 'present' | 'absent' | 'too-few' | 'unknown';

export type WasteSignal = {
  found: Found;
  /** Share of traces that are right but wasteful, of those of which it is known; null: it is known of none. */
  share: number | null;
  interval: Interval | null;
  /** Traces of which the log does not say it. */
  unknown: number;
  limit: number;
  questions: string[];
};

/** A tool used for a kind of question that it is not for, such as code search for a docs question. */
export type ToolConflict = { route: string; tool: string; calls: number; questions: string[] };
export type ConflictSignal = {
  found: Found;
  /** Share of the questions with any call that have a call of the wrong kind, of those of which it is known; null: of none. */
  share: number | null;
  /** Questions of which the log, or the dataset, does not say it. */
  unknown: number;
  limit: number;
  /** Most calls first. */
  conflicts: ToolConflict[];
};

export type SplitSignals = {
  variant: string;
  records: number;
  qualityGap: QualityGap;
  waste: WasteSignal;
  conflictingTools: ConflictSignal;
  /** None of the signals is present, and of one there are too few questions (`too-few`), or the log does not say enough (`unknown`). */
  advice: 'do-not-split' | 'a-split-may-help' | 'too-few' | 'unknown';
  notes: string[];
};

/** From which share on a signal counts. 20 % waste is the customary limit; the others are ours. */
export const signalLimits = { gap: 0.1, alpha: 0.05, minQuestions: 10, waste: 0.2, conflict: 0.1 } as const;

/** @throws LogProblem for a log that has no one reading */
export function splitSignals(log: readonly GradedTrial[]): SplitSignals {
  const { trials, notes } = checkTrials(log, 'log');
  const gap = qualityGap(trials, signalLimits);
  const [waste, conflictingTools] = [wasteSignal(trials), conflictSignal(trials)];
  return {
    variant: trials[0]?.variant ?? '',
    records: trials.length,
    qualityGap: gap,
    waste,
    conflictingTools,
    // With one route there is no gap between routes to look for.
    advice: adviceOf([...(isOneRoute(gap) ? [] : [gap]), waste, conflictingTools].map(({ found }) => found)),
    notes: [...notes, ...notesOn(trials, gap)],
  };
}

const isOneRoute = ({ found, routes }: QualityGap) => found === 'too-few' && routes.length < 2;

function adviceOf(found: readonly Found[]): SplitSignals['advice'] {
  if (found.includes('present')) return 'a-split-may-help';
  if (found.includes('unknown')) return 'unknown';
  return found.includes('too-few') ? 'too-few' : 'do-not-split';
}

function notesOn(trials: readonly GradedTrial[], gap: QualityGap): string[] {
  const kinds = trials.reduce((sum, { kindUnknown }) => sum + kindUnknown, 0);
  return [
    ...(gap.found === 'too-few' ? ['fewer than two routes have enough questions for a quality gap to show'] : []),
    ...(kinds === 0
      ? []
      : [
          `${kinds} calls cannot be told to be of a wrong kind: the dataset does not say which kinds of text its routes call for ("kinds"), or the log which kind a tool searches ("kind")`,
        ]),
  ];
}

/** Whether a share reaches its limit, whatever the unknown ones are; of fewer questions than `minQuestions` it says nothing. */
function foundOf({ yes, no, unknown }: Counted, limit: number, questions: number): Found {
  const all = yes + no + unknown;
  if (all > 0 && questions < signalLimits.minQuestions) return unknown === all ? 'unknown' : 'too-few';
  if (all === 0 || yes / all >= limit) return all === 0 ? 'absent' : 'present';
  return (yes + unknown) / all < limit ? 'absent' : 'unknown';
}

type Counted = { yes: number; no: number; unknown: number };

function counted(values: readonly (boolean | null)[]): Counted {
  const count = (wanted: boolean | null) => values.filter((value) => value === wanted).length;
  return { yes: count(true), no: count(false), unknown: count(null) };
}

const shareOf = ({ yes, no }: Counted) => (yes + no === 0 ? null : yes / (yes + no));

function wasteSignal(trials: readonly GradedTrial[]): WasteSignal {
  const counts = counted(trials.map(({ wasteful }) => wasteful));
  const known = trials.filter(({ wasteful }) => wasteful !== null);
  const means = [...Map.groupBy(known, ({ question }) => question).values()].map(
    (some) => some.filter((trial) => trial.wasteful).length / some.length,
  );
  return {
    found: foundOf(counts, signalLimits.waste, new Set(trials.map(({ question }) => question)).size),
    share: shareOf(counts),
    interval: means.length === 0 ? null : shareInterval(means),
    unknown: counts.unknown,
    limit: signalLimits.waste,
    questions: [...new Set(known.filter(({ wasteful }) => wasteful).map(({ question }) => question))],
  };
}

function conflictSignal(trials: readonly GradedTrial[]): ConflictSignal {
  const wrong = trials.flatMap(({ question, expectedRoute, calls }) =>
    (calls ?? [])
      .filter(({ finding }) => finding === 'wrong-kind')
      .map(({ tool }) => ({ question, tool, route: expectedRoute ?? '' })),
  );
  const values = [...Map.groupBy(trials, ({ question }) => question).values()].flatMap(conflictOf);
  const counts = counted(values);
  const conflicts = [...Map.groupBy(wrong, ({ route, tool }) => JSON.stringify([route, tool])).values()]
    .map((some) => ({
      route: some[0]?.route ?? '',
      tool: some[0]?.tool ?? '',
      calls: some.length,
      questions: [...new Set(some.map(({ question }) => question))],
    }))
    .sort((one, other) => other.calls - one.calls);
  return {
    found: foundOf(counts, signalLimits.conflict, values.length),
    share: shareOf(counts),
    unknown: counts.unknown,
    limit: signalLimits.conflict,
    conflicts,
  };
}

/** Whether a call of the question's trials is of a wrong kind; null where that is unknown; nothing where no call was made. */
function conflictOf(trials: readonly GradedTrial[]): (boolean | null)[] {
  if (trials.some(({ calls }) => calls?.some(({ finding }) => finding === 'wrong-kind'))) return [true];
  if (trials.some(({ calls, kindUnknown }) => calls === null || kindUnknown > 0)) return [null];
  return trials.some(({ calls }) => (calls ?? []).length > 0) ? [false] : [];
}
