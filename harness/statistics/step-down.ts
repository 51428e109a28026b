/** Many tests at once: adjusted p-values under which at most one family in twenty holds a false finding. */

/** `sizeAt`: the largest chance that the test is passed at this level though nothing is there; at most the level. */
export type TestOfMany = { p: number; sizeAt: (level: number) => number };

/**
 * Holm's procedure (Scandinavian Journal of Statistics 6 (1979) 65-70) where each test counts with the chance that it can
 * spend, rather than with the whole level: a test that cannot be passed (too few values that differ, a margin out of reach)
 * costs the others nothing. An adjusted p-value is never below the test's own.
 * Source: P. H. Westfall and R. D. Wolfinger, The American Statistician 51 (1997) 3-8; after R. E. Tarone, Biometrics 46
 * (1990) 515-522.
 */
export function stepDown(tests: readonly TestOfMany[]): number[] {
  const order = tests.map((_, at) => at).sort((one, other) => (tests[one]?.p ?? 1) - (tests[other]?.p ?? 1));
  const adjusted = tests.map(() => 1);
  let reached = 0;
  order.forEach((at, rank) => {
    const p = tests[at]?.p ?? 1;
    const spent = order.slice(rank).reduce((sum, other) => sum + (tests[other]?.sizeAt(p) ?? p), 0);
    reached = Math.max(reached, Math.min(1, Math.max(p, spent)));
    adjusted[at] = reached;
  });
  return adjusted;
}
