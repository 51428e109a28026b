/** Makes the run log's record of a run that has ended. */
import type { SpecialistOutput } from '../../contracts/agent.ts';
import { offlineModelName } from '../../contracts/names.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { type LatencyParts, type LoggedOutput, RunLogRecord } from '../../contracts/run-log.ts';
import type { Usage } from '../../contracts/usage.ts';

/** What the outcome does not say of a run. */
export type RunFacts = {
  questionId: string;
  dataset: string | null;
  arm: string;
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

export function toRunLogRecord(outcome: AnswerOutcome, facts: RunFacts): RunLogRecord {
  const { state } = outcome;
  const models = [...new Set(Object.values(state.models))];
  return {
    ...whichRun(facts),
    question: state.question,
    outcome: outcome.kind,
    reasons: reasonsOf(outcome),
    route: state.route,
    routing: state.routing,
    routes_run: state.routes_run,
    specialist_output: state.specialist_output.map(loggedOutput),
    evidence: state.evidence,
    tools_called: state.tools_called,
    final_answer: state.final_answer,
    confidence: state.confidence,
    retry_count: state.retry_count,
    gaps: state.gaps,
    superseded: state.superseded,
    usage: state.usage,
    cost_usd: state.usage.costUsd,
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
  facts: RunFacts,
): RunLogRecord {
  return RunLogRecord.parse({ ...whichRun(facts), question, error });
}

function whichRun(facts: RunFacts) {
  return {
    question_id: facts.questionId,
    arm: facts.arm,
    trial: facts.trial,
    dataset: facts.dataset,
    failed_usage: facts.failedUsage,
    latency_ms: facts.latencyMs,
    started_at: facts.startedAt,
    workflow_id: facts.workflowId,
    run_id: facts.runId,
    links: facts.links,
    spec_hash: facts.specHash,
  } satisfies Partial<RunLogRecord>;
}

function loggedOutput(output: SpecialistOutput): LoggedOutput {
  const { specialist, kind, answer, citations, insufficient, accepted, reasons } = output;
  return { specialist, try: output.try, kind, answer, citations, insufficient, accepted, reasons };
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
