/** How much one reading of a repository may give, for surfaces that look before they open anything. */
import { InvalidInput } from '../errors.ts';

/** Files of a search. */
export const searchRowsAtMost = 200;
/** About how long an outline may be. */
export const mapTokensAtMost = 3_000;

/** @throws InvalidInput */
export function expectSearchLimit(limit: number): void {
  if (limit > searchRowsAtMost) throw new InvalidInput('limit', `--limit may be ${searchRowsAtMost} at most`);
}

/** @throws InvalidInput */
export function expectMapTokens(tokens: number): void {
  if (tokens > mapTokensAtMost) throw new InvalidInput('tokens', `--tokens may be ${mapTokensAtMost} at most`);
}
