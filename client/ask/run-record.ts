/** A run that has ended, as `--json` prints it: one object with everything that scripts ask for. */
import type { RouteDecision } from '../../contracts/agent.ts';
import { failurePage } from '../../contracts/failures.ts';
import type { AnswerOutcome, AnswerState } from '../../contracts/run.ts';
import { loggedState } from '../../harness/run-log/logged-state.ts';

export type FinishedRun = {
  workflowId: string;
  runId: string;
  webUrl: string | null;
  /** True: the server was started for this command and stops with it, its Web UI too. */
  serverStops: boolean;
  /** From start to close, waiting included; null where the server does not say. */
  durationMs: number | null;
  outcome: AnswerOutcome;
};

export function runRecord({ outcome, ...run }: FinishedRun) {
  const { kind, state, ...ending } = outcome;
  const help = 'failure' in ending ? { help: failurePage(ending.failure.kind) } : {};
  return { ...run, outcome: kind, ...ending, ...help, ...stateRecord(state) };
}

/** Fields of both whose keys are names of roles and of routes. */
export const keyedFields = { models: 'map', probabilities: 'map', repairs: 'map', fallbacks: 'map' } as const;

/** Each figure has one place: the cost is not in `usage`, the probabilities are not in `routing`. */
export function stateRecord(state: AnswerState) {
  const { routing, offline, ...logged } = loggedState(state);
  return {
    pipeline: state.pipeline,
    ...logged,
    searched: state.searched,
    probabilities: probabilitiesByRoute(routing),
    routing: routing && withoutProbabilities(routing),
    offlineModel: offline === true,
    snapshot: state.snapshot,
    traceUrl: state.trace_link,
  };
}

function withoutProbabilities({ probabilities: _, ...routing }: RouteDecision) {
  return routing;
}

/** `{ code: 0.9, docs: 0.1 }`, most likely first; null where no route was chosen. */
export function probabilitiesByRoute(
  routing: { probabilities: { route: string; probability: number }[] } | null,
): Record<string, number> | null {
  if (routing === null) return null;
  return Object.fromEntries(routing.probabilities.map(({ route, probability }) => [route, probability]));
}
