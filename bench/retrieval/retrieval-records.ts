/** Reads datasets of queries with expected files into one form, whatever the file calls its fields. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** One query at a commit with the files that answer it. This is the documented form of a dataset's lines. */
export const BenchRecord = z.object({
  id: z.string().min(1),
  /** owner/name */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  commit: z.string().regex(/^[0-9a-f]{7,64}$/),
  language: z.string().default('unknown'),
  query: z.string().min(1),
  kind: z.enum(['code', 'docs', 'all']),
  expected: z.array(z.string().min(1)).min(1),
});
export type BenchRecord = z.infer<typeof BenchRecord>;

/** Lines as they are found: questions with `gold_files`, issue texts with `gold_code_files` at a `base_commit`. */
const FoundRecord = z.looseObject({
  id: z.string(),
  repository: z.string().optional(),
  repo: z.string().optional(),
  commit: z.string().optional(),
  base_commit: z.string().optional(),
  language: z.string().optional(),
  query: z.string().optional(),
  question: z.string().optional(),
  kind: z.string().optional(),
  gold: z.array(z.string()).optional(),
  gold_files: z.array(z.string()).optional(),
  gold_code_files: z.array(z.string()).optional(),
});

/**
 * An issue's text is searched in code without tests unless the record says otherwise, a question in everything. Null
 * for a record without expected files: there is nothing to score.
 */
export function toBenchRecord(line: unknown): BenchRecord | null {
  const found = FoundRecord.parse(line);
  const expected = found.gold ?? found.gold_code_files ?? found.gold_files;
  if (expected?.length === 0) return null;
  return BenchRecord.parse({
    id: found.id,
    repository: found.repository ?? found.repo,
    commit: found.commit ?? found.base_commit,
    language: found.language,
    query: found.query ?? found.question,
    kind: found.kind ?? (found.question === undefined ? 'code' : 'all'),
    expected,
  });
}

/** @throws Error that names the line which cannot be read */
export async function readDataset(file: string): Promise<BenchRecord[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, at): BenchRecord[] => {
    if (line.trim() === '') return [];
    try {
      const record = toBenchRecord(JSON.parse(line));
      return record === null ? [] : [record];
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      throw new Error(`${file} line ${at + 1} is no record: ${why}`);
    }
  });
}
