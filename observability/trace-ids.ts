/** The ids of traces and their spans: the same for the same run, whoever computes them. */
import { createHash } from 'node:crypto';

/**
 * The run id's 32 hexadecimal digits: Temporal gives every run, a reset one too, a UUID of its own, and a trace id has
 * just that form.
 */
export function traceIdOf(runId: string): string {
  return runId.replaceAll('-', '').toLowerCase();
}

/** The first 16 hexadecimal digits of the SHA-256 of trace id and key. */
export function spanIdOf(traceId: string, key: string): string {
  return sha256(`${traceId}/${key}`).slice(0, 16);
}

/** A score sent again has the same id, and stays one. */
export function scoreIdOf(traceId: string, name: string): string {
  return sha256(`${traceId}/score/${name}`).slice(0, 32);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
