/** Which mutant is active in this process, and which ones were reached. The text with all mutants asks it at each of them. */

/** More than all mutants of one run. */
const mostMutants = 100_000;

const seen = new Uint8Array(mostMutants);
let active = 0;
let asked = 0;
let most = Number.POSITIVE_INFINITY;

/** Asked far more often than the code without a mutant asks: it would never end. */
export class EndlessMutant extends Error {}

export function __mutant__(id: number): boolean {
  asked += 1;
  if (asked > most) throw new EndlessMutant(`asked ${asked} times`);
  seen[id] = 1;
  return id === active;
}

/** @param mutant its number; 0 for none */
export function activate(mutant: number): void {
  active = mutant;
}

export function limitTo(questions: number): void {
  asked = 0;
  most = questions;
}

/** Runs something and tells what it reached and how often it asked. */
export async function observed(run: () => Promise<void>): Promise<{ reached: number[]; asked: number }> {
  seen.fill(0);
  limitTo(Number.POSITIVE_INFINITY);
  await run();
  return { reached: [...seen.keys()].filter((id) => seen[id] === 1), asked };
}
