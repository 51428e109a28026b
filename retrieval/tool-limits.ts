/** What every tool call is bounded by: time, rows and characters. */

/** A place longer than this is cut. */
export const placeLines = 60;
/** A line longer than this is cut. */
export const lineCharacters = 300;
/** A whole result, notes included. */
export const resultCharacters = 12_000;
/** Places that a result points at as evidence. */
export const evidencePlaces = 8;

/** Milliseconds that a tool may work once its thread has begun; then it is killed. */
export function toolDeadlineMs(tool: string): number {
  return tool === 'grep' ? 2_000 : 10_000;
}
