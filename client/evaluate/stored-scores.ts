/** Keeps and reads the scores that graders of one's own gave, beside the run log. */
import { existsSync } from 'node:fs';
import { createCipher } from '../../codecs/cipher.ts';
import { sealLine } from '../../codecs/sealed-line.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import {
  keyOf,
  mergedScores,
  recordHash,
  ScoreLine,
  type ScoredRecord,
  scoresFile,
  withScores,
} from '../../harness/run-log/own-scores.ts';
import { readJsonLine } from '../../harness/json-lines.ts';
import { CommandFailure, systemErrorCode } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/fs.ts';
import { lineOpener } from '../../application/clear-content.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { linesOfFile } from '../input/lines-of-file.ts';
import { readSettings } from '../../application/read-settings.ts';

/**
 * @param replaced graders whose earlier scores go, whatever record they are of
 * @throws CommandFailure where the file cannot be written; UsageError where it is there and cannot be read
 */
export async function storeScores(
  log: string,
  scored: readonly ScoredRecord[],
  replaced: (grader: string) => boolean = () => false,
): Promise<void> {
  if (scored.every(({ scores }) => scores.length === 0)) return;
  const file = scoresFile(log);
  const kept = (await readScores(file)).filter(({ grader }) => !replaced(grader));
  const merged = mergedScores(kept, scored);
  const cipher = createCipher(readSettings().encryption.keys);
  const lines = merged.map((line) => `${sealLine(JSON.stringify(line), {}, cipher)}\n`);
  try {
    await replaceFile(file, lines.join(''));
  } catch (error) {
    const code = systemErrorCode(error);
    throw code === null ? error : new CommandFailure(`${file} cannot be written (${code})`);
  }
}

/** @returns what adds to a record the scores that are kept for it; @param warn called once where some are of another answer */
export async function scoreReader(
  log: string,
  warn: (warning: string) => void,
): Promise<(record: RunLogRecord) => RunLogRecord> {
  const lines = Map.groupBy(await readScores(scoresFile(log)), keyOf);
  let warned = false;
  return (record) => {
    const kept = lines.get(keyOf(record));
    if (kept === undefined) return record;
    const hash = recordHash(record);
    const own = kept.filter((line) => line.record === hash);
    if (own.length < kept.length && !warned) {
      warned = true;
      warn(`${scoresFile(log)} has scores of other answers, which do not count: grade again with --grader`);
    }
    return withScores(
      record,
      own.map(({ grader, score, reason }) => ({ grader, score, reason })),
    );
  };
}

async function readScores(file: string): Promise<ScoreLine[]> {
  if (!existsSync(file)) return [];
  const open = lineOpener();
  const lines: ScoreLine[] = [];
  let at = 0;
  for await (const text of linesOfFile(file)) {
    at += 1;
    if (text.trim() !== '') lines.push(asUsage(() => readJsonLine(open(text), `${file}:${at}`, ScoreLine)));
  }
  return lines;
}
