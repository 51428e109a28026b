/** Has answers graded by models, in a child process: the client itself loads no model code. */
import { type ChildProcessByStdio, spawn, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Config } from '../../config/config.ts';
import { JudgingResult, type JudgingTask } from '../../contracts/dataset.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';
import { moduleFile } from '../../lib/own-files.ts';

/** @throws UsageError where the offline model would judge: it reads for words, and judges nothing */
export function expectJudge({ model }: Config): void {
  if (!model.offline) return;
  throw new UsageError(
    'the offline model cannot judge: it finds words and understands none of them; set OPENAI_API_KEY or OPENAI_BASE_URL',
  );
}

/**
 * Asks every task, and tells how it gets on.
 * @returns the results by the task's id, in the order in which they came
 * @throws CommandFailure when the judges end before every answer is judged; the signal's reason when it is interrupted
 */
export async function askJudges(tasks: readonly JudgingTask[]): Promise<Map<string, JudgingResult[]>> {
  using interrupt = listenForInterrupt();
  const results = new Map<string, JudgingResult[]>();
  let done = 0;
  for await (const result of judgements(tasks, interrupt.signal)) {
    results.set(result.id, [...(results.get(result.id) ?? []), result]);
    done += 1;
    if (done % 20 === 0 || done === tasks.length) note(`${done} of ${tasks.length} judgements`);
  }
  return results;
}

async function* judgements(tasks: readonly JudgingTask[], signal: AbortSignal): AsyncGenerator<JudgingResult> {
  const file = moduleFile('worker/judge-main');
  // The channel tells it of our death, however we die.
  const stdio: StdioOptions = ['pipe', 'pipe', 'inherit', 'ipc'];
  const child = spawn(process.execPath, [file], { stdio, signal }) as ChildProcessByStdio<Writable, Readable, null>;
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  ended.catch(() => undefined); // it may come before anybody waits for it
  child.stdin.on('error', () => undefined); // its end is reported by 'close'
  child.stdin.end(tasks.map((task) => `${JSON.stringify(task)}\n`).join(''));
  let results = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    yield JudgingResult.parse(JSON.parse(line));
    results += 1;
  }
  await ended.catch(() => undefined);
  signal.throwIfAborted();
  if (results < tasks.length) throw new CommandFailure(`the judges ended after ${results} of ${tasks.length} answers`);
}

/**
 * Tells of each judge that has failed how often, with the first reason.
 * @param results one list a judge
 * @returns whether one of them has judged nothing at all
 */
export function tellFailures(
  results: ReadonlyMap<string, readonly Pick<JudgingResult, 'correct' | 'said'>[]>,
): boolean {
  let silent = false;
  for (const [judge, given] of results) {
    const failed = given.filter(({ correct }) => correct === null);
    const [first] = failed;
    if (first === undefined) continue;
    const all = failed.length === given.length;
    silent ||= all;
    const how = all ? 'could not judge any answer' : `failed on ${failed.length} of ${given.length} answers`;
    note(printableLine(`the judge ${judge} ${how}: ${first.said}`));
  }
  return silent;
}
