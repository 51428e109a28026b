/** McNemar's exact test: one right-or-wrong answer a question from each arm, and nothing else. */

/**
 * Two-sided p-value given the discordant pairs; only for independent pairs, so never for question x trial pairs.
 * `midP` halves the weight of the observed count (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13
 * (2013), article 91). Source: Q. McNemar, Psychometrika 12 (1947) 153-157; exact form: binomial(b + c, 1/2).
 * @param gained pairs that only the candidate got right
 * @param lost pairs that only the baseline got right
 * @throws RangeError for counts that are not whole or negative
 */
export function mcnemarExact(gained: number, lost: number, midP = false): number {
  if (![gained, lost].every((count) => Number.isInteger(count) && count >= 0))
    throw new RangeError(`not counts of pairs: ${gained}, ${lost}`);
  const pairs = gained + lost;
  if (pairs === 0) return 1;
  const fewer = Math.min(gained, lost);
  let log = -pairs * Math.LN2;
  let below = Math.exp(log);
  let at = below;
  for (let count = 1; count <= fewer; count += 1) {
    log += Math.log((pairs - count + 1) / count);
    at = Math.exp(log);
    below += at;
  }
  return Math.min(1, 2 * below - (midP ? at : 0));
}
