/** Has the answers of a run log graded by one or more models, and says how far they agree with each other and with the grader. */
import type { GradedCase } from '../../harness/graded-record.ts';
import { JudgingResult, type JudgingTask } from '../../contracts/dataset.ts';
import { agreementOf } from '../../harness/agreement.ts';
import { type JudgeVote, panelAgreement, panelVerdict } from '../../harness/judge-panel.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { datasetOf, gradedCases, warnOfLog } from './graded-log.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { expectWritable, note, print, printJson, writeResult } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readSettings } from '../input/read-settings.ts';
import { type ChildProcessByStdio, spawn, type StdioOptions } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type JudgeLogOptions = { dataset?: string; judge: string[]; seed: number; json: boolean; output?: string };

type Judged = {
  question_id: string;
  variant: string;
  trial: number;
  /** Of the answer grader. */
  graded: boolean | null;
  /** What most judges say. */
  judged: boolean | null;
  votes: (JudgeVote & { said: string })[];
};

export async function judgeLog(log: string, options: JudgeLogOptions): Promise<number> {
  await expectWritable(options.output);
  const settings = readSettings();
  const cases = await answersOf(log, await datasetOf(options, log));
  if (settings.model.offline) note('the judge is the offline model, which is not a language model');
  const judges = options.judge.length === 0 ? [null] : options.judge;
  const tasks = judges.flatMap((judge) => cases.map((each) => taskOf(each, judge, options.seed)));
  using interrupt = listenForInterrupt();
  const results = new Map<string, JudgingResult[]>();
  let done = 0;
  const onResult = (result: JudgingResult) => {
    results.set(result.id, [...(results.get(result.id) ?? []), result]);
    done += 1;
    if (done % 20 === 0 || done === tasks.length) note(`${done} of ${tasks.length} judgements`);
  };
  await askJudges(tasks, { signal: interrupt.signal, onResult });
  const name = (judge: string | null) => judge ?? settings.model.judge;
  const judged = cases.map((each) =>
    judgedOf(
      each,
      judges.map(name),
      (results.get(idOf(each)) ?? []).map((result) => ({ ...result, judge: name(result.judge) })),
    ),
  );
  await show(judged, options);
  const silent = silentJudges(judged);
  for (const { judge, said } of silent) note(printableLine(`the judge ${judge} could not judge any answer: ${said}`));
  return silent.length === 0 ? exitCodes.worked : exitCodes.failed;
}

/** Records without an answer have nothing to judge. */
async function answersOf(log: string, dataset: string): Promise<GradedCase[]> {
  const cases: GradedCase[] = [];
  for await (const each of gradedCases(log, { dataset, wasteShare: defaultWasteShare }, warnOfLog))
    if (each.record.final_answer !== null) cases.push(each);
  if (cases.length === 0) throw new UsageError(`${log} has no answers to judge`);
  return cases;
}

function idOf({ graded: { question_id, variant, trial } }: GradedCase): string {
  return JSON.stringify([question_id, variant, trial]);
}

function taskOf(each: GradedCase, judge: string | null, seed: number): JudgingTask {
  const { question, record } = each;
  return { id: idOf(each), judge, question, answer: record.final_answer ?? '', seed };
}

function judgedOf(
  { graded }: GradedCase,
  judges: readonly string[],
  results: readonly (Omit<JudgingResult, 'judge'> & { judge: string })[],
): Judged {
  const { question_id, variant, trial, correct } = graded;
  // Every judge at the same place in each row, so that agreement can be counted.
  const votes = judges.map((judge) => {
    const { correct: vote = null, said = 'it did not answer' } = results.find((result) => result.judge === judge) ?? {};
    return { judge, correct: vote, said };
  });
  return { question_id, variant, trial, graded: correct, judged: panelVerdict(votes).correct, votes };
}

/** Judges without a single verdict, each with the first reason that it gave. */
function silentJudges(judged: readonly Judged[]): { judge: string; said: string }[] {
  const votes = Map.groupBy(
    judged.flatMap((row) => row.votes),
    ({ judge }) => judge,
  );
  return [...votes.values()].flatMap((all) => (all.every(({ correct }) => correct === null) ? all.slice(0, 1) : []));
}

async function show(judged: readonly Judged[], { json, output }: JudgeLogOptions): Promise<void> {
  if (output !== undefined)
    await writeResult(
      output,
      judged.map((row) => `${JSON.stringify(snakeKeys(row))}\n`),
    );
  const panel = panelAgreement(judged.map(({ votes }) => votes));
  const both = judged.flatMap(({ graded, judged: vote }) =>
    graded === null || vote === null ? [] : [{ expected: String(graded), actual: String(vote) }],
  );
  const withGrader = agreementOf(both);
  if (json) {
    for (const row of judged) printJson(row);
    printJson({ summary: true, panel, withGrader }, { 'panel.failures': 'map' });
    return;
  }
  for (const { question_id, variant, trial, graded, judged: vote } of judged)
    if (graded !== vote)
      print(printableLine(`${question_id} ${variant} ${trial}: grader: ${word(graded)}, judges: ${word(vote)}`));
  const kappa = withGrader.kappa === null ? 'not defined' : withGrader.kappa.toFixed(2);
  print(`judges and grader agree on ${withGrader.agreed} of ${withGrader.n} answers, kappa ${kappa}`);
  if (panel.shared > 0)
    print(
      `judges unanimous on ${panel.unanimous} of ${panel.shared}, Krippendorff's alpha ${panel.alpha?.toFixed(2) ?? 'not defined'}`,
    );
  for (const [judge, failures] of Object.entries(panel.failures))
    print(printableLine(`${judge} failed on ${failures}`));
}

function word(correct: boolean | null): string {
  return correct === null ? 'no grade' : correct ? 'right' : 'wrong';
}

// Has answers graded by models, in a child process: the client itself loads no model code.

/**
 * @param onResult called with each as it comes
 * @throws CommandFailure when the child ends before every answer is judged; the signal's reason when it is aborted
 */
async function askJudges(
  tasks: readonly JudgingTask[],
  { signal, onResult }: { signal: AbortSignal; onResult: (result: JudgingResult) => void },
): Promise<void> {
  const file = fileURLToPath(new URL('../../worker/judge-main.ts', import.meta.url));
  // The channel tells it of our death, however we die.
  const stdio: StdioOptions = ['pipe', 'pipe', 'inherit', 'ipc'];
  const child = spawn(process.execPath, [file], { stdio, signal }) as ChildProcessByStdio<Writable, Readable, null>;
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  child.stdin.on('error', () => undefined); // its end is reported by 'close'
  child.stdin.end(tasks.map((task) => `${JSON.stringify(task)}\n`).join(''));
  let results = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    onResult(JudgingResult.parse(JSON.parse(line)));
    results += 1;
  }
  await ended.catch(() => undefined);
  signal.throwIfAborted();
  if (results < tasks.length) throw new CommandFailure(`the judges ended after ${results} of ${tasks.length} answers`);
}
