/** What a run spent beyond the matched run of the baseline: a figure beside the labels, which never look at it. */
import type { RunLogRecord } from '../contracts/run-log.ts';

/** The candidate's figure less the baseline's; null where either is unknown. */
export type Excess = {
  modelCalls: number | null;
  tokens: number | null;
  toolCalls: number | null;
  costUsd: number | null;
  totalMs: number | null;
  retries: number | null;
};

/** @throws RangeError when the two are not answers to the same question in the same trial */
export function excessOver(baseline: RunLogRecord, candidate: RunLogRecord): Excess {
  if (baseline.question_id !== candidate.question_id || baseline.trial !== candidate.trial)
    throw new RangeError(`not a matched pair: ${nameOf(baseline)} and ${nameOf(candidate)}`);
  const difference = (figure: (record: RunLogRecord) => number | null): number | null => {
    const [more, less] = [figure(candidate), figure(baseline)];
    return more === null || less === null ? null : more - less;
  };
  return {
    modelCalls: difference(({ usage }) => usage?.model_calls ?? null),
    tokens: difference(({ usage }) => (usage === null ? null : usage.input_tokens + usage.output_tokens)),
    toolCalls: difference(({ tools_called }) => tools_called?.length ?? null),
    costUsd: difference(({ cost_usd }) => cost_usd),
    // Nobody waited for a reply that was used again.
    totalMs: difference(({ latency_ms, usage }) => (usage?.reused === undefined ? (latency_ms?.total ?? null) : null)),
    retries: difference(({ retry_count }) => retry_count),
  };
}

const nameOf = ({ question_id, trial }: RunLogRecord) => `${question_id} (trial ${trial})`;
