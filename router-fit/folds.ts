/** Deals questions into folds, so that each fold has its share of every route. */
import { type Random, shuffle } from '../lib/random.ts';

export type Fold = { train: number[]; test: number[] };

/** @param routes of the questions; @param members their positions that are dealt; @returns folds that together test each member once */
export function stratifiedFolds(
  routes: readonly number[],
  members: readonly number[],
  { count, random }: { count: number; random: Random },
): Fold[] {
  const tests: number[][] = Array.from({ length: count }, () => []);
  const byRoute = Map.groupBy(members, (member) => routes[member] ?? -1);
  let next = 0;
  for (const route of [...byRoute.keys()].toSorted((a, b) => a - b)) {
    for (const member of shuffle([...(byRoute.get(route) ?? [])], (limit) => Math.floor(random() * limit))) {
      tests[next % count]?.push(member);
      next += 1;
    }
  }
  return tests
    .filter((test) => test.length > 0)
    .map((test) => {
      const out = new Set(test);
      return { test: test.toSorted((a, b) => a - b), train: members.filter((member) => !out.has(member)) };
    });
}
