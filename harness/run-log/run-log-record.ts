/** Makes the run log's record of a run that has ended. */
import type { AnswerOutcome } from '../../contracts/run.ts';
import { type LatencyParts, type LoggedOutput, RunLogRecord } from '../../contracts/run-log.ts';
import type { Usage } from '../../contracts/chat.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { loggedState } from './logged-state.ts';

/** What the outcome does not say of a run. */
export type RunFacts = {
  questionId: string;
  dataset: string | null;
  variant: string;
  trial: number;
  workflowId: string;
  /** Null of a run that never started. */
  runId: string | null;
  links: RunLogRecord['links'];
  specHash: string;
  /** ISO 8601. */
  startedAt: string | null;
  latencyMs: LatencyParts | null;
  failedUsage: Usage | null;
};

/** @returns a record with every field, of a run that ended with an outcome, whatever it was */
export function toRunLogRecord(outcome: AnswerOutcome, facts: RunFacts): RunLogRecord {
  const state = loggedState(outcome.state);
  return {
    ...whichRun(facts),
    ...state,
    specialist_output: state.specialist_output.map(loggedOutput),
    outcome: outcome.kind,
    reasons: reasonsOf(outcome),
    snapshot: outcome.state.snapshot?.id ?? null,
    error: outcome.kind === 'unavailable' ? outcome.failure : null,
  };
}

/** The record of a run that broke before it could end with an outcome: it stays in every denominator. */
export function toErrorRecord(
  error: { kind: string | null; message: string },
  question: string,
  facts: RunFacts,
): RunLogRecord {
  return RunLogRecord.parse({ ...whichRun(facts), question, error });
}

function whichRun(facts: RunFacts) {
  return {
    question_id: facts.questionId,
    variant: facts.variant,
    trial: facts.trial,
    dataset: facts.dataset,
    failed_usage: facts.failedUsage === null ? null : snakeKeys(facts.failedUsage),
    latency_ms: facts.latencyMs,
    started_at: facts.startedAt,
    workflow_id: facts.workflowId,
    run_id: facts.runId,
    links: facts.links,
    spec_hash: facts.specHash,
  } satisfies Partial<RunLogRecord>;
}

function loggedOutput(output: ReturnType<typeof loggedState>['specialist_output'][number]): LoggedOutput {
  const { specialist, kind, answer, citations, insufficient, accepted, reasons, unjudged } = output;
  const logged = { specialist, try: output.try, kind, answer, citations, insufficient, accepted, reasons };
  return unjudged === undefined ? logged : { ...logged, unjudged };
}

function reasonsOf(outcome: AnswerOutcome): string[] | null {
  switch (outcome.kind) {
    case 'retries-exhausted':
      return outcome.reasons;
    case 'budget-spent':
      return [`the budget's ${outcome.limit} is spent`];
    case 'unavailable':
      return [outcome.failure.message];
    case 'answered':
    case 'insufficient-evidence':
    case 'cancelled':
      return null;
    default:
      throw outcome satisfies never;
  }
}
