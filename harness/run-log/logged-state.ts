/** The state of a question as the run log and `--json` write it: one list of fields for both. */
import { offlineModelName } from '../../contracts/names.ts';
import type { AnswerState } from '../../contracts/run.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import type { Usage } from '../../contracts/chat.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';

/** What a run cost stands in `cost_usd` alone, beside what it used. */
export function loggedState(state: AnswerState) {
  const { costUsd, ...usage } = state.usage;
  const models = modelsThatAnswered(state);
  const { question, route, routing, routes_run, specialist_output, evidence, tools_called } = state;
  const { final_answer, confidence, retry_count, gaps, superseded } = state;
  return {
    ...snakeKeys({ question, route, routing, routes_run, specialist_output, evidence, tools_called }),
    ...snakeKeys({ final_answer, confidence, retry_count, gaps, superseded, usage, costUsd }),
    ...(state.foreign_evidence === undefined ? {} : snakeKeys({ foreign_evidence: state.foreign_evidence })),
    model: models.length === 0 ? null : models.join(', '),
    models: state.models,
    ...(state.repairs === undefined ? {} : { repairs: state.repairs }),
    ...(state.renamed === undefined ? {} : { renamed_models: state.renamed }),
    ...(state.fallbacks === undefined ? {} : { fallbacks: state.fallbacks }),
    offline: models.length === 0 ? null : models.includes(offlineModelName),
  };
}

/** Each model that took part, once. */
export function modelsThatAnswered({ models }: AnswerState): string[] {
  return [...new Set(Object.values(models))];
}

/** What a record says of a run's usage, for those who add it up. */
export function usageOfRecord({ usage, cost_usd }: RunLogRecord): Usage | null {
  if (usage === null) return null;
  return {
    modelCalls: usage.model_calls,
    inputTokens: usage.input_tokens,
    cachedInputTokens: usage.cached_input_tokens,
    outputTokens: usage.output_tokens,
    reasoningTokens: usage.reasoning_tokens,
    costUsd: cost_usd,
    ...(usage.estimated === undefined ? {} : { estimated: usage.estimated }),
    ...(usage.reused === undefined ? {} : { reused: reusedOf(usage.reused) }),
  };
}

type LoggedReused = NonNullable<NonNullable<RunLogRecord['usage']>['reused']>;

function reusedOf(reused: LoggedReused): NonNullable<Usage['reused']> {
  const { model_calls, input_tokens, output_tokens, cost_usd } = reused;
  return { modelCalls: model_calls, inputTokens: input_tokens, outputTokens: output_tokens, costUsd: cost_usd };
}
