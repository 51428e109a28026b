/** `switchyard dataset add`: a run becomes a question of a dataset, for `dataset review`. */
import { existsSync } from 'node:fs';
import { questionOfRun } from '../../application/feedback/question-of-run.ts';
import { readRating } from '../../application/feedback/ratings.ts';
import { readSettings } from '../../application/read-settings.ts';
import { findRun } from '../../application/runs/find-run.ts';
import { runOfServer } from '../../application/runs/load-run.ts';
import { openSession } from '../../application/session/session.ts';
import { readAllQuestions } from '../../harness/dataset.ts';
import { UsageError } from '../../lib/errors.ts';
import { linesOf } from '../benchmark/benchmark-questions.ts';
import { exitCodes } from '../exit-codes.ts';
import { asUsage, readWholeFile } from '../input/json-lines-file.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { expectWritable, note, print, printJson } from '../terminal/output.ts';
import { repositoryIn } from './made-questions.ts';
import { writeDataset } from './write-dataset.ts';

export type AddOptions = { output: string; json: boolean };

/** Appends it to the file, which is made where there is none. @throws UsageError where it is in it already */
export async function addQuestion(workflowId: string, { output, json }: AddOptions): Promise<number> {
  await expectWritable(output);
  const text = existsSync(output) ? await readWholeFile(output) : '';
  const before = text.trim() === '' ? [] : asUsage(() => readAllQuestions(text, output));
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const { runId } = await findRun(session, workflowId);
  const run = await runOfServer(session, workflowId);
  const question = questionOfRun(run, await readRating(settings, runId), (path) => repositoryIn(path, output));
  if (before.some(({ id }) => id === question.id))
    throw new UsageError(`${output} has a question ${question.id} already`);
  const line = linesOf([question]);
  await writeDataset(output, text === '' || text.endsWith('\n') ? text + line : `${text}\n${line}`);
  const { id, kind, expected_route: route } = question;
  if (json) printJson({ file: output, id, kind, route, questions: before.length + 1, paths: question.gold.paths });
  else print(`${output}: ${id} is question ${before.length + 1} (${kind}, ${route})`);
  note(`nobody has reviewed it: switchyard dataset review ${output}`);
  return exitCodes.worked;
}
