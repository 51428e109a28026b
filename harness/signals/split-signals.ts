/** The three signals that a split could help, from one arm's graded records; without any of them: do not split. */
import { shareInterval } from '../comparison/estimates.ts';
import { checkTrials, type GradedTrial } from '../graded-trial.ts';
import type { Interval } from '../statistics/proportions.ts';
import { type QualityGap, qualityGap } from './quality-gap.ts';

export type WasteSignal = {
  found: 'present' | 'absent';
  /** Share of traces that are right but wasteful. */
  share: number;
  interval: Interval | null;
  limit: number;
  questions: string[];
};

/** A tool used for a kind of question that it is not for, such as code search for a docs question. */
export type ToolConflict = { route: string; tool: string; calls: number; questions: string[] };
export type ConflictSignal = {
  found: 'present' | 'absent';
  /** Share of the questions with any call that have a call of the wrong kind. */
  share: number;
  limit: number;
  /** Most calls first. */
  conflicts: ToolConflict[];
};

export type SplitSignals = {
  arm: string;
  records: number;
  qualityGap: QualityGap;
  waste: WasteSignal;
  conflictingTools: ConflictSignal;
  advice: 'do-not-split' | 'a-split-may-help';
  notes: string[];
};

/** From which share on a signal counts. 20 % waste is the customary limit; the others are ours. */
export const signalLimits = { gap: 0.1, alpha: 0.05, minQuestions: 10, waste: 0.2, conflict: 0.1 } as const;

/** @throws LogProblem for a log that has no one reading */
export function splitSignals(log: readonly GradedTrial[]): SplitSignals {
  const { trials, notes } = checkTrials(log, 'log');
  const gap = qualityGap(trials, signalLimits);
  const [waste, conflictingTools] = [wasteSignal(trials), conflictSignal(trials)];
  const present = [gap, waste, conflictingTools].some(({ found }) => found === 'present');
  const few = gap.found === 'too-few' ? ['fewer than two routes have enough questions for a quality gap to show'] : [];
  return {
    arm: trials[0]?.arm ?? '',
    records: trials.length,
    qualityGap: gap,
    waste,
    conflictingTools,
    advice: present ? 'a-split-may-help' : 'do-not-split',
    notes: [...notes, ...few],
  };
}

function wasteSignal(trials: readonly GradedTrial[]): WasteSignal {
  const wasteful = trials.filter((trial) => trial.wasteful);
  const means = [...Map.groupBy(trials, ({ question }) => question).values()].map(
    (some) => some.filter((trial) => trial.wasteful).length / some.length,
  );
  const share = wasteful.length / trials.length;
  const questions = [...new Set(wasteful.map(({ question }) => question))];
  const found = share >= signalLimits.waste ? 'present' : 'absent';
  return { found, share, interval: shareInterval(means), limit: signalLimits.waste, questions };
}

function conflictSignal(trials: readonly GradedTrial[]): ConflictSignal {
  const wrong = trials.flatMap(({ question, expectedRoute, calls }) =>
    calls
      .filter(({ finding }) => finding === 'wrong-kind')
      .map(({ tool }) => ({ question, tool, route: expectedRoute ?? '' })),
  );
  const calling = new Set(trials.filter(({ calls }) => calls.length > 0).map(({ question }) => question)).size;
  const share = calling === 0 ? 0 : new Set(wrong.map(({ question }) => question)).size / calling;
  const conflicts = [...Map.groupBy(wrong, ({ route, tool }) => JSON.stringify([route, tool])).values()]
    .map((some) => ({
      route: some[0]?.route ?? '',
      tool: some[0]?.tool ?? '',
      calls: some.length,
      questions: [...new Set(some.map(({ question }) => question))],
    }))
    .sort((one, other) => other.calls - one.calls);
  return {
    found: share >= signalLimits.conflict ? 'present' : 'absent',
    share,
    limit: signalLimits.conflict,
    conflicts,
  };
}
