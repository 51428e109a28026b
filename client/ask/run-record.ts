/** A run that has ended, as `--json` prints it: one object with everything that scripts ask for. */
import { failurePage } from '../../contracts/failures.ts';
import { offlineModelName } from '../../contracts/names.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';

export type FinishedRun = {
  workflowId: string;
  runId: string;
  webUrl: string | null;
  /** From start to close, waiting included; null where the server does not say. */
  durationMs: number | null;
  outcome: AnswerOutcome;
};

/** The fields of the run log keep their own spelling (`routes_run`), what we add has ours (`costUsd`). */
export function runRecord({ workflowId, runId, webUrl, durationMs, outcome }: FinishedRun): Record<string, unknown> {
  const { kind, state, ...ending } = outcome;
  const models = modelsThatAnswered(outcome);
  return {
    workflowId,
    runId,
    webUrl,
    pipeline: state.pipeline,
    question: state.question,
    route: state.route,
    routes_run: state.routes_run,
    probabilities: probabilitiesByRoute(state.routing),
    routing: state.routing,
    outcome: kind,
    ...ending,
    ...('failure' in ending && { help: failurePage(ending.failure.kind) }),
    specialist_output: state.specialist_output,
    evidence: state.evidence,
    tools_called: state.tools_called,
    final_answer: state.final_answer,
    confidence: state.confidence,
    retry_count: state.retry_count,
    gaps: state.gaps,
    superseded: state.superseded,
    usage: state.usage,
    costUsd: state.usage.costUsd,
    durationMs,
    model: models.length === 0 ? null : models.join(', '),
    models: state.models,
    offlineModel: models.includes(offlineModelName),
    snapshot: state.snapshot,
    traceUrl: state.trace_link,
  };
}

/** Each model that took part, once. */
export function modelsThatAnswered({ state }: AnswerOutcome): string[] {
  return [...new Set(Object.values(state.models))];
}

/** `{ code: 0.9, docs: 0.1 }`, most likely first; null where no route was chosen. */
export function probabilitiesByRoute(
  routing: { probabilities: { route: string; probability: number }[] } | null,
): Record<string, number> | null {
  if (routing === null) return null;
  return Object.fromEntries(routing.probabilities.map(({ route, probability }) => [route, probability]));
}
