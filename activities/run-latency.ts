/** Where the time of a recorded run went, in the run log's words. */
import type { LatencyParts } from '../contracts/run-log.ts';
import { latencyAnatomy } from '../observability/latency-anatomy.ts';
import type { RunHistory } from '../observability/run-history.ts';

/** Null while the run goes on. */
export function latencyOf(history: RunHistory): LatencyParts | null {
  if (history.endMs === null) return null;
  const { totalMs, queueMs, modelMs, toolMs, backoffMs, waitingMs, orchestrationMs } = latencyAnatomy(history);
  return {
    total: totalMs,
    queue: queueMs,
    model: modelMs,
    tool: toolMs,
    backoff: backoffMs,
    waiting: waitingMs,
    orchestration: orchestrationMs,
  };
}
