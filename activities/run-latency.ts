/** Where the time of a recorded run went. */
import type { LatencyParts } from '../contracts/run-log.ts';
import type { RunHistory } from '../observability/run-history.ts';

/** The total alone, until `latencyAnatomy` of observability/ tells the parts. */
export function latencyOf({ startMs, endMs }: RunHistory): LatencyParts | null {
  if (endMs === null) return null;
  const unknown = { queue: null, model: null, tool: null, backoff: null, waiting: null, orchestration: null };
  return { total: endMs - startMs, ...unknown };
}
