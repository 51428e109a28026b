/** What operators count: model calls with their tokens and cost, and attempts at any activity that failed. */
import type { Context } from '@temporalio/activity';
import type { SpanRecord } from '../contracts/span.ts';

/** Served with the SDK's own metrics; `agent` is the span's name, such as `router-llm`. */
export function countAttempt({ metricMeter }: Context, span: SpanRecord): void {
  const { name, model, usage, level } = span;
  const failed = level === 'ERROR';
  if (failed) metricMeter.createCounter('switchyard_failed_attempts').add(1, { step: name });
  if (model === undefined) return;
  const tags = { agent: name, model };
  metricMeter.createCounter('switchyard_model_calls').add(1, { ...tags, result: failed ? 'failed' : 'answered' });
  if (usage === undefined) return;
  const tokens = metricMeter.createCounter('switchyard_model_tokens');
  tokens.add(usage.inputTokens, { ...tags, kind: 'input' });
  tokens.add(usage.cachedInputTokens, { ...tags, kind: 'cached_input' });
  tokens.add(usage.outputTokens, { ...tags, kind: 'output' });
  tokens.add(usage.reasoningTokens, { ...tags, kind: 'reasoning' });
  // Counters take whole numbers.
  const micros = Math.round((usage.costUsd ?? 0) * 1e6);
  metricMeter.createCounter('switchyard_model_cost_micro_usd').add(micros, tags);
}
