/** A benchmark in words, for people who watch it in the Temporal Web UI. */
import type { BenchmarkProgress } from '../contracts/benchmark-run.ts';

/** Markdown for the workflow's current details. */
export function benchmarkDetails({ state, note, total, done, running, tally, leftMs }: BenchmarkProgress): string {
  const { usage, failed, rateLimited } = tally;
  const cost = usage.costUsd === null ? 'unknown' : `$${usage.costUsd.toFixed(4)}`;
  const arms = Object.entries(tally.arms).map(([arm, { graded, right }]) => `${arm} ${right} of ${graded} right`);
  const rows = [
    `**${state}**: ${done} of ${total} done, ${running} running, ${failed} failed${note === null ? '' : `; ${note}`}`,
    arms.length === 0 ? null : `**so far**: ${arms.join(', ')}`,
    `**spent**: ${usage.modelCalls} model calls, ${usage.inputTokens + usage.outputTokens} tokens, cost ${cost}`,
    `**429s**: ${rateLimited}`,
    leftMs === null ? null : `**time left**: about ${Math.ceil(leftMs / 60_000)} min`,
  ];
  return rows.filter((row) => row !== null).join('\n\n');
}
