/** Several model judges of one answer: what most of them say, how well they agree, and how often a judge failed. */

/** `correct` is null where the judge failed: no grade, and no failure of the variant. */
export type JudgeVote = { judge: string; correct: boolean | null };

export type PanelVerdict = {
  /** What more than half of the judges that judged say; null for a tie and where none judged. */
  correct: boolean | null;
  judged: number;
  failed: string[];
};

/** @param votes one a judge, of the same answer */
export function panelVerdict(votes: readonly JudgeVote[]): PanelVerdict {
  const judged = votes.filter(({ correct }) => correct !== null);
  const right = judged.filter(({ correct }) => correct === true).length;
  return {
    correct: 2 * right === judged.length ? null : 2 * right > judged.length,
    judged: judged.length,
    failed: votes.filter(({ correct }) => correct === null).map(({ judge }) => judge),
  };
}

/**
 * Krippendorff's alpha for names: agreement beyond chance among any number of judges, some of whom may be silent.
 * Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C.
 * @param items one row an item, with what each judge said; null where a judge said nothing
 * @returns null where fewer than two judges spoke on any item, or all said the same always
 */
export function krippendorffAlpha(items: readonly (readonly (string | null)[])[]): number | null {
  const units = items.map((row) => row.filter((value) => value !== null)).filter((values) => values.length >= 2);
  const totals = countsOf(units.flat());
  const n = units.flat().length;
  const observed = units.reduce((sum, values) => sum + disagreeing(countsOf(values)) / (values.length - 1), 0);
  const expected = n < 2 ? 0 : disagreeing(totals) / (n - 1);
  return expected === 0 ? null : 1 - observed / expected;
}

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Ordered pairs of unequal values. */
function disagreeing(counts: ReadonlyMap<string, number>): number {
  const all = [...counts.values()];
  const n = all.reduce((sum, count) => sum + count, 0);
  return n * n - all.reduce((sum, count) => sum + count * count, 0);
}

export type PanelAgreement = {
  answers: number;
  /** Answers on which at least two judges judged, and all of these said the same. */
  unanimous: number;
  shared: number;
  alpha: number | null;
  /** Failures by judge: infrastructure, not grades. */
  failures: Record<string, number>;
};

/** @param panels the votes on each answer, every judge at the same place in each */
export function panelAgreement(panels: readonly (readonly JudgeVote[])[]): PanelAgreement {
  const shared = panels.filter((votes) => panelVerdict(votes).judged >= 2);
  const values = (votes: readonly JudgeVote[]) =>
    votes.map(({ correct }) => (correct === null ? null : String(correct)));
  return {
    answers: panels.length,
    shared: shared.length,
    unanimous: shared.filter((votes) => new Set(values(votes).filter((value) => value !== null)).size === 1).length,
    alpha: krippendorffAlpha(panels.map(values)),
    failures: Object.fromEntries(countsOf(panels.flatMap((votes) => panelVerdict(votes).failed))),
  };
}
