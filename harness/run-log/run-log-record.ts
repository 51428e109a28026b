/** Makes the run log's record of a run that has ended. */
import { offlineModelName } from '../../contracts/names.ts';
import type { AnswerOutcome } from '../../contracts/outcome.ts';
import { type LatencyParts, RunLogRecord } from '../../contracts/run-log.ts';
import type { Usage } from '../../contracts/usage.ts';

/** What the outcome does not say of a run. */
export type RunFacts = {
  questionId: string;
  dataset: string | null;
  arm: string;
  trial: number;
  workflowId: string;
  runId: string;
  links: RunLogRecord['links'];
  specHash: string;
  /** ISO 8601. */
  startedAt: string | null;
  latencyMs: LatencyParts | null;
  failedUsage: Usage | null;
};

export function toRunLogRecord(outcome: AnswerOutcome, facts: RunFacts): RunLogRecord {
  const { state } = outcome;
  const models = [...new Set(Object.values(state.models))];
  return {
    question_id: facts.questionId,
    arm: facts.arm,
    trial: facts.trial,
    dataset: facts.dataset,
    question: state.question,
    outcome: outcome.kind,
    reasons: reasonsOf(outcome),
    route: state.route,
    routing: state.routing,
    routes_run: state.routes_run,
    specialist_output: state.specialist_output.map(
      ({ specialist, try: attempt, kind, answer, citations, insufficient, accepted, reasons }) => ({
        specialist,
        try: attempt,
        kind,
        answer,
        citations,
        insufficient,
        accepted,
        reasons,
      }),
    ),
    evidence: state.evidence,
    tools_called: state.tools_called,
    final_answer: state.final_answer,
    confidence: state.confidence,
    retry_count: state.retry_count,
    gaps: state.gaps,
    superseded: state.superseded,
    usage: state.usage,
    failed_usage: facts.failedUsage,
    cost_usd: state.usage.costUsd,
    latency_ms: facts.latencyMs,
    started_at: facts.startedAt,
    workflow_id: facts.workflowId,
    run_id: facts.runId,
    links: facts.links,
    spec_hash: facts.specHash,
    model: models.length === 0 ? null : models.join(', '),
    models: state.models,
    snapshot: state.snapshot?.id ?? null,
    error: outcome.kind === 'unavailable' ? outcome.failure : null,
    offline: models.length === 0 ? null : models.includes(offlineModelName),
  };
}

/** The record of a run that broke before it could end with an outcome: it stays in every denominator. */
export function toErrorRecord(
  error: { kind: string | null; message: string },
  question: string,
  facts: Omit<RunFacts, 'runId'> & { runId: string | null },
): RunLogRecord {
  return RunLogRecord.parse({
    question_id: facts.questionId,
    arm: facts.arm,
    trial: facts.trial,
    dataset: facts.dataset,
    question,
    failed_usage: facts.failedUsage,
    latency_ms: facts.latencyMs,
    started_at: facts.startedAt,
    workflow_id: facts.workflowId,
    run_id: facts.runId,
    links: facts.links,
    spec_hash: facts.specHash,
    error,
  });
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
