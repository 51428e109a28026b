/** Graded trials for tests: a right answer on a docs question unless said otherwise. */
import type { GradedTrial } from '../../../harness/graded-trial.ts';

export function trialOf(changes: Partial<GradedTrial> = {}): GradedTrial {
  return {
    dataset: 'd',
    question: 'q1',
    variant: 'single-agent',
    trial: 0,
    expectedRoute: 'docs',
    route: 'docs',
    correct: 1,
    wasteful: false,
    label: 'correct',
    costUsd: 0.01,
    latencyMs: { total: 1000, queue: 100, model: 700, tool: 100, backoff: 50, orchestration: 50 },
    retries: 0,
    abstained: false,
    error: false,
    calls: [],
    kindUnknown: 0,
    models: ['m'],
    fingerprint: null,
    ...changes,
  };
}

/** One trial a question; `change` sees the question's place. */
export function logOf(questions: number, change: (at: number) => Partial<GradedTrial>): GradedTrial[] {
  return Array.from({ length: questions }, (_, at) => trialOf({ question: `q${at}`, ...change(at) }));
}
