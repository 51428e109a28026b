/** Which alternatives of a regular expression a character lets begin. */

/**
 * The alternatives that go beyond the first character, each with the number of those before it that end there, which takes
 * one step each; then those after the last.
 */
export type Trials<Match> = { tried: { failed: number; match: Match }[]; failed: number };

/** An alternative, and what its first character must be; null where it does not begin with one. */
type Way<Match> = { match: Match; first: ((code: number) => boolean) | null };

/** @param code -1 at the end of the text */
export function trialsOf<Match>(ways: readonly Way<Match>[], code: number): Trials<Match> {
  const trials: Trials<Match> = { tried: [], failed: 0 };
  for (const { match, first } of ways) {
    if (first !== null && (code < 0 || !first(code))) trials.failed += 1;
    else {
      trials.tried.push({ failed: trials.failed, match });
      trials.failed = 0;
    }
  }
  return trials;
}
