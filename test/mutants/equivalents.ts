/** Mutants that no test can kill, since they change nothing that anyone could see: each with its reason (equivalent.json). */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const Equivalent = z.strictObject({
  file: z.string(),
  /** The line as it is in the file, without the space around it: a number would not outlive the next change. */
  line: z.string(),
  original: z.string(),
  replacement: z.string(),
  reason: z.string().min(10),
});
export type Equivalent = z.infer<typeof Equivalent>;

type Named = { file: string; original: string; replacement: string };

export function readEquivalents(path: string): Equivalent[] {
  return existsSync(path) ? z.array(Equivalent).parse(JSON.parse(readFileSync(path, 'utf8'))) : [];
}

export function isEquivalent(mutant: Named, line: string, known: readonly Equivalent[]): boolean {
  return known.some(
    (each) =>
      each.file === mutant.file &&
      each.line === line.trim() &&
      each.original === mutant.original &&
      each.replacement === mutant.replacement,
  );
}

/** Entries of these files that name no mutant any more. */
export function outdated(
  known: readonly Equivalent[],
  mutants: readonly Named[],
  files: readonly string[],
): Equivalent[] {
  const present = new Set(mutants.map(({ file, original, replacement }) => `${file}\n${original}\n${replacement}`));
  return known.filter(
    ({ file, original, replacement }) => files.includes(file) && !present.has(`${file}\n${original}\n${replacement}`),
  );
}
