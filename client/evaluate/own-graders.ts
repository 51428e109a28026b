/** Graders of one's own that a command names: modules, and programs; and a run log graded by them. */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type OwnGrader, ownScores } from '../../harness/graders/own-graders.ts';
import type { ScoredRecord } from '../../harness/run-log/own-scores.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { note } from '../terminal/output.ts';
import { type GradeOptions, gradedCases, warnOfLog } from './graded-log.ts';
import { programGrader } from './program-grader.ts';
import { storeScores } from './stored-scores.ts';

export type OwnGraders = Record<string, OwnGrader>;

const moduleEndings = ['.ts', '.mts', '.js', '.mjs'];
const graderName = /^[A-Za-z][\w.-]{0,99}$/;

/**
 * @param given `./grader.ts`, a module with `graders` or `grade`; or `NAME=PROGRAM ARGUMENT…`
 * @throws UsageError for what is no grader, and for two of one name
 */
export async function loadGraders(given: readonly string[]): Promise<OwnGraders> {
  const graders = new Map<string, OwnGrader>();
  for (const text of given)
    for (const [name, grader] of Object.entries(await loadOne(text))) {
      if (!graderName.test(name))
        throw new UsageError(`--grader ${text}: "${name}" is no name: letters, digits, dots, dashes and underscores`);
      if (graders.has(name)) throw new UsageError(`--grader ${text}: there are two graders named "${name}"`);
      graders.set(name, grader);
    }
  return Object.fromEntries(graders);
}

async function loadOne(text: string): Promise<OwnGraders> {
  const [, name, command] = /^([A-Za-z][\w.-]*)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && command !== undefined && !existsSync(text))
    return { [name]: programGrader(wordsOf(command, text)) };
  if (!moduleEndings.includes(extname(text)))
    throw new UsageError(
      `--grader ${text}: it must be a module (${moduleEndings.join(', ')}), or NAME=PROGRAM ARGUMENT… for a program`,
    );
  if (!existsSync(text)) throw new UsageError(`--grader ${text}: there is no such file`);
  return gradersOf(await importModule(text), text);
}

/** Parted by white space, or a JSON list where one of them holds any; no shell looks at them. */
function wordsOf(command: string, text: string): [string, ...string[]] {
  const words: unknown = command.trimStart().startsWith('[') ? jsonOf(command) : command.trim().split(/\s+/);
  if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string' && word !== ''))
    return words as [string, ...string[]];
  throw new UsageError(`--grader ${text}: a program is words, or a JSON list of texts`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`--grader ${file} cannot be loaded: ${printableLine(messageOf(error)).slice(0, 300)}`);
  }
}

/** `graders`, a table by name; or `grade`, one function that is named as its file. */
function gradersOf({ graders, grade }: Record<string, unknown>, file: string): OwnGraders {
  if (typeof grade === 'function') return { [basename(file, extname(file))]: grade as OwnGrader };
  const table = typeof graders === 'object' && graders !== null ? Object.entries(graders) : [];
  if (table.length > 0 && table.every(([, each]) => typeof each === 'function'))
    return Object.fromEntries(table) as OwnGraders;
  throw new UsageError(
    `--grader ${file}: the module must export "graders", a table of functions by name, or one function "grade"`,
  );
}

/** Records at a time. */
const atOnce = 4;

/**
 * Grades every record of a log with each grader, and keeps what they say beside it. One that fails on a record gives it no
 * score, and the others are heard all the same.
 * @returns how often a grader has failed; each grader's first failure is told
 */
export async function gradeWithOwn(log: string, options: GradeOptions, graders: OwnGraders): Promise<number> {
  const names = Object.keys(graders);
  if (names.length === 0) return 0;
  const scored: ScoredRecord[] = [];
  const failures = new Map<string, { count: number; first: string }>();
  const cases = gradedCases(log, options, warnOfLog)[Symbol.asyncIterator]();
  const gradeOn = async () => {
    for (let next = await cases.next(); next.done !== true; next = await cases.next()) {
      const { value } = next;
      for (const name of names) {
        try {
          const scores = await ownScores(value, { [name]: graders[name] as OwnGrader });
          scored.push({ record: value.record, scores });
        } catch (error) {
          const { count = 0, first = messageOf(error) } = failures.get(name) ?? {};
          failures.set(name, { count: count + 1, first });
          scored.push({ record: value.record, scores: [{ grader: name, score: null, reason: 'the grader failed' }] });
        }
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, gradeOn));
  await storeScores(log, scored);
  for (const [name, { count, first }] of failures)
    note(printableLine(`the grader "${name}" failed on ${count} records, which have no score of it; first: ${first}`));
  return [...failures.values()].reduce((sum, { count }) => sum + count, 0);
}
