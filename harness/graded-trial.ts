/** One graded answer, reduced to what comparisons and signals read; a run log is checked here before anything is computed. */

import type { OwnScore } from '../contracts/run-log.ts';

/** Milliseconds; null where the log does not say. */
export type LatencyParts = {
  total: number | null;
  queue: number | null;
  model: number | null;
  tool: number | null;
  backoff: number | null;
  orchestration: number | null;
};
export const latencyParts = ['queue', 'model', 'tool', 'backoff', 'orchestration'] as const;

export type CallFinding = 'needed' | 'redundant' | 'wrong-kind' | 'unused';
export type GradedCall = { tool: string; finding: CallFinding };

export type GradedTrial = {
  /** The dataset's content hash (or name): records of different datasets are never mixed. */
  dataset: string;
  question: string;
  variant: string;
  trial: number;
  expectedRoute: string | null;
  route: string | null;
  /** 0 to 1; null where no grade could be given, which is not the variant's failure. An error of the variant is 0. */
  correct: number | null;
  /** Right, with unnecessary calls: the label `correct_but_wasteful`; null where the log does not say enough to tell. */
  wasteful: boolean | null;
  label: string;
  costUsd: number | null;
  latencyMs: LatencyParts;
  /** Null where the log does not say. */
  retries: number | null;
  abstained: boolean | null;
  error: boolean;
  /** Null where the log does not say which tools were called; empty where it says that there were none. */
  calls: GradedCall[] | null;
  /** Calls of which it cannot be told whether they are of a wrong kind. */
  kindUnknown: number;
  /** Models that answered, whatever their role. */
  models: string[];
  /** Equal for two trials that came out the same to the letter; null where unknown. */
  fingerprint: string | null;
  /** What graders of one's own say; absent where there are none. */
  scores?: OwnScore[];
};

/** A log that cannot be compared as it stands; the message says which records and why. */
export class LogProblem extends Error {
  override name = 'LogProblem';
}

/**
 * Refuses what has no one reading (duplicates, mixed datasets or variants, grades outside 0 to 1, a question with two expected
 * routes); what is merely unknown (a cost or time that is no number, or negative) becomes null and a note.
 * @param name of the log, for messages
 * @throws LogProblem
 */
export function checkTrials(trials: readonly GradedTrial[], name: string): { trials: GradedTrial[]; notes: string[] } {
  if (trials.length === 0) throw new LogProblem(`${name}: no records`);
  refuseMixtures(trials, name);
  refuseDuplicates(trials, name);
  const notes: string[] = [];
  const note = (count: number, what: string) =>
    count > 0 && notes.push(`${name}: ${count} of ${trials.length} ${what}`);
  const checked = trials.map((trial) => ({
    ...trial,
    costUsd: known(trial.costUsd),
    latencyMs: {
      total: known(trial.latencyMs.total),
      queue: known(trial.latencyMs.queue),
      model: known(trial.latencyMs.model),
      tool: known(trial.latencyMs.tool),
      backoff: known(trial.latencyMs.backoff),
      orchestration: known(trial.latencyMs.orchestration),
    },
  }));
  note(checked.filter(({ costUsd }) => costUsd === null).length, 'records have no known cost');
  note(checked.filter(({ latencyMs }) => latencyMs.total === null).length, 'records have no known latency');
  note(checked.filter(({ correct }) => correct === null).length, 'records have no grade and are left out');
  note(
    checked.filter(({ label }) => label === 'unknown').length,
    'records do not say how they ended or what they answered (outcome, final_answer, error)',
  );
  note(
    checked.filter(({ calls }) => calls === null).length,
    'records do not say which tools were called (tools_called): whether they are wasteful or use tools of a wrong kind is unknown',
  );
  note(
    checked.filter(({ calls, wasteful, correct }) => calls !== null && wasteful === null && correct !== null).length,
    'right records do not say what their calls asked for or showed (tools_called.arguments_text, tools_called.paths): whether they are wasteful is unknown',
  );
  note(checked.filter(({ error }) => error).length, 'records are errors; they count as wrong');
  return { trials: checked, notes };
}

function known(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null;
}

function refuseMixtures(trials: readonly GradedTrial[], name: string): void {
  for (const field of ['dataset', 'variant'] as const) {
    const values = [...new Set(trials.map((trial) => trial[field]))];
    if (values.length > 1) throw new LogProblem(`${name}: records of several ${field}s: ${some(values)}`);
  }
  const wrong = trials.filter(({ correct }) => correct !== null && !(correct >= 0 && correct <= 1));
  if (wrong.length > 0)
    throw new LogProblem(`${name}: a grade must be 0 to 1: ${some(wrong.map((trial) => trial.question))}`);
  const routes = new Map<string, string | null>();
  for (const { question, expectedRoute } of trials) {
    if (routes.has(question) && routes.get(question) !== expectedRoute)
      throw new LogProblem(`${name}: question ${question} has two expected routes`);
    routes.set(question, expectedRoute);
  }
}

function refuseDuplicates(trials: readonly GradedTrial[], name: string): void {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { question, trial } of trials) {
    const key = `${question} (trial ${trial})`;
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  if (twice.size > 0) throw new LogProblem(`${name}: recorded more than once: ${some([...twice])}`);
}

function some(names: readonly string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
