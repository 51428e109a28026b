/** Which mutant is active in this process, and which ones were reached. The text with all mutants asks it at each of them. */

/** More than all mutants of one run. */
const mostMutants = 100_000;

export const __switch__ = { active: 0 };
const seen = new Uint8Array(mostMutants);
let rounds = 0;
let most = Number.POSITIVE_INFINITY;

export function __mutant__(id: number): boolean {
  seen[id] = 1;
  return id === __switch__.active;
}

/** A round of a loop begins. @throws Error when there are so many that one would never end */
export function __round__(): void {
  rounds += 1;
  if (rounds > most) throw new Error(`${rounds} rounds of loops`);
}

/** @param mutant its number; 0 for none */
export function activate(mutant: number): void {
  __switch__.active = mutant;
}

export function limitTo(mostRounds: number): void {
  rounds = 0;
  most = mostRounds;
}

/** Runs something and tells what it reached, in rounds of loops how much. */
export async function observed(run: () => Promise<void>): Promise<{ reached: number[]; rounds: number }> {
  seen.fill(0);
  limitTo(Number.POSITIVE_INFINITY);
  await run();
  return { reached: [...seen.keys()].filter((id) => seen[id] === 1), rounds };
}
