/** The committed scores: how many of each file's mutants the tests kill. A score may rise, and must not fall. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Result } from './kill.ts';

export type Score = { killed: number; all: number };
export type Scores = Record<string, Score>;
const Scores = z.record(z.string(), z.strictObject({ killed: z.int().min(0), all: z.int().min(0) }));

export type FileReport = Score & {
  file: string;
  equivalent: number;
  /** Null: it has no committed score yet. */
  committed: Score | null;
  fell: boolean;
  survivors: Survivor[];
};
export type Survivor = {
  line: number;
  column: number;
  original: string;
  replacement: string;
  /** How many tests reach it. */
  tests: number;
};

export function readScores(path: string): Scores {
  return existsSync(path) ? Scores.parse(JSON.parse(readFileSync(path, 'utf8'))) : {};
}

/** Puts the files of this run into the file; the others stay. */
export function recordScores(path: string, reports: readonly FileReport[]): void {
  const now = reports.map(({ file, killed, all }): [string, Score] => [file, { killed, all }]);
  const scores = Object.entries({ ...readScores(path), ...Object.fromEntries(now) });
  const lines = scores
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, { killed, all }]) => `  ${JSON.stringify(file)}: { "killed": ${killed}, "all": ${all} }`);
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`);
}

export function reportsOf(files: readonly string[], results: readonly Result[], committed: Scores): FileReport[] {
  return files.map((file) => {
    const own = results.filter(({ mutant }) => mutant.file === file);
    const counted = own.filter(({ mutant }) => !mutant.equivalent);
    const survived = counted.filter(({ killedBy }) => killedBy === null);
    const score = { killed: counted.length - survived.length, all: counted.length };
    const before = committed[file] ?? null;
    return {
      file,
      ...score,
      equivalent: own.length - counted.length,
      committed: before,
      fell: before !== null && score.killed * before.all < before.killed * score.all,
      survivors: survived.map(({ mutant: { line, column, original, replacement }, tests }) => ({
        line,
        column,
        original,
        replacement,
        tests,
      })),
    };
  });
}

export function textOf(reports: readonly FileReport[]): string {
  const cut = (text: string) => (text.length > 70 ? `${text.slice(0, 69)}…` : text);
  const percent = ({ killed, all }: Score) =>
    `${killed} of ${all}${all === 0 ? '' : ` (${((100 * killed) / all).toFixed(1)} %)`}`;
  return reports
    .flatMap((report) => [
      `${report.file}: ${percent(report)} killed${report.equivalent > 0 ? `, ${report.equivalent} equivalent` : ''}${report.fell && report.committed !== null ? `; FELL from ${percent(report.committed)}` : ''}`,
      ...report.survivors.map(
        ({ line, column, original, replacement, tests }) =>
          `  ${report.file}:${line}:${column}  ${cut(original)}  ->  ${cut(replacement)}${tests === 0 ? '  (no test reaches it)' : ''}`,
      ),
    ])
    .join('\n');
}
