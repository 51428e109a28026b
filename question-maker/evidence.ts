/** Reads of a whole snapshot what the proofs of a pool need: the expected files, and which names stand anywhere. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate, SourceFile } from '../contracts/evaluation/question-making.ts';
import type { Evidence } from './prove.ts';

/** @param files all files of the snapshot, large and generated ones among them */
export async function readEvidence(
  files: AsyncIterable<SourceFile>,
  pool: readonly Candidate[],
): Promise<Pick<Evidence, 'linesOf' | 'holds'>> {
  const wanted = new Set(pool.flatMap(({ places }) => places.map(({ path }) => path)));
  const lines = new Map<string, readonly string[]>();
  const missing = new Map(pool.flatMap(({ absent }) => absent.map((name) => [name, flat(name)])));
  const all = new Set(missing.keys());
  for await (const { path, text } of files) {
    if (wanted.has(path)) lines.set(path, text.split(/\r?\n/));
    const held = missing.size === 0 ? '' : flat(`${path}\n${text}`);
    for (const [name, letters] of missing) if (held.includes(letters)) missing.delete(name);
    // A file may be large, and many names are looked for.
    await nextTurn();
  }
  return {
    linesOf: (path) => lines.get(path) ?? null,
    // What was not looked for is not known to be absent.
    holds: (name) => !all.has(name) || !missing.has(name),
  };
}

/** However a name is written, its letters follow each other: `retryLimit`, `retry_limit`, `Retry-Limit`, "retry limit". */
function flat(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, '');
}
