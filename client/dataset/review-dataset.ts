/** `dataset review`: the file, its repositories and the terminal around a review. */
import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { agreementOf } from '../../harness/agreement.ts';
import { readAllQuestions } from '../../harness/dataset.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { linesOf } from '../benchmark/benchmark-questions.ts';
import { folderOf, formerPlaces, placeOf } from '../evaluate/dataset-repository.ts';
import { exitCodes } from '../exit-codes.ts';
import { asUsage, readWholeFile } from '../input/json-lines-file.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { type Opened, withRetrieval } from '../repository/with-retrieval.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { labelAgain, reviewAll, type ReviewDesk } from './review-session.ts';
import { writeDataset } from './write-dataset.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type ReviewOptions = { again: boolean; by?: string; lines: boolean; json: boolean };

/** Lines of one place that are shown. */
const mostLines = 40;

export async function reviewDataset(file: string, options: ReviewOptions): Promise<number> {
  const text = await readWholeFile(file);
  const questions = asUsage(() => readAllQuestions(text, file));
  const folder = folderOf(file);
  for (const remark of formerPlaces(questions, folder)) note(`note: ${remark}`);
  const save = savedTo(resolve(file), text);
  const by = options.by ?? userInfo().username;
  return withRetrieval(async (opened) => {
    using typed = typedLines(opened.signal);
    const showLines = options.lines && !options.again;
    const view = showLines ? placeView(opened, folder) : async () => null;
    const desk: ReviewDesk = {
      ask: typed.ask,
      tell: note,
      linesOf: view,
      save,
      by,
      now: () => new Date().toISOString(),
    };
    const done = await (options.again ? labelAgain : reviewAll)(questions, desk);
    summarize(file, questions, done, options.json);
    return opened.signal.aborted ? exitCodes.interrupted : exitCodes.worked;
  });
}

/** The whole file each time; where somebody else has changed it meanwhile, nothing is written over. */
function savedTo(file: string, before: string): ReviewDesk['save'] {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  let last = hash(before);
  return async (questions) => {
    if (hash(await readWholeFile(file)) !== last)
      throw new CommandFailure(
        `${file} was changed meanwhile: what was decided before is in it, start the review again`,
      );
    const text = linesOf(questions);
    await writeDataset(file, text);
    last = hash(text);
  };
}

/** Lines of a terminal or of a pipe, one at a time. */
function typedLines(signal: AbortSignal): Disposable & { ask(): Promise<string | null> } {
  const isTerminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: isTerminal, signal });
  const each = lines[Symbol.asyncIterator]();
  return {
    async ask() {
      if (isTerminal) process.stderr.write('> ');
      const { done, value } = await each.next();
      return done === true ? null : value;
    },
    [Symbol.dispose]: () => lines.close(),
  };
}

/** The expected lines of a question, out of its repository at its ref. */
function placeView({ retrieval, signal }: Opened, folder: string): ReviewDesk['linesOf'] {
  const snapshots = new Map<string, Promise<Snapshot>>();
  return async (question: DatasetQuestion) => {
    const place = placeOf(question, folder);
    const key = JSON.stringify(place);
    const opening = snapshots.get(key) ?? repositoryOf(place).then((ref) => retrieval.open(ref, { signal }));
    snapshots.set(key, opening);
    const { id, repositoryKey, url } = await opening;
    const texts: string[] = [];
    for (const [path, ranges] of Object.entries(question.gold.lines))
      for (const [first, last] of ranges) {
        const given = { path, first_line: first, last_line: Math.min(last, first + mostLines - 1) };
        const request = { callId: 'review', tool: 'read_lines', argumentsText: JSON.stringify(given) };
        const { text } = await retrieval.runTool({ id, repositoryKey, url }, request, ['read_lines'], signal);
        texts.push(text.trimEnd());
      }
    return texts.length === 0 ? null : texts.join('\n');
  };
}

function summarize(file: string, questions: readonly DatasetQuestion[], done: number, json: boolean): void {
  const count = (verdict: string) => questions.filter(({ review }) => review?.verdict === verdict).length;
  const pairs = questions.flatMap(({ expected_route, second_route }) =>
    second_route === null ? [] : [{ expected: expected_route, actual: second_route }],
  );
  const agreement = pairs.length === 0 ? null : agreementOf(pairs);
  const [accepted, edited, rejected] = [count('accepted'), count('edited'), count('rejected')];
  const left = questions.length - accepted - edited - rejected;
  if (json) {
    const counts = { questions: questions.length, done, accepted, edited, rejected, left };
    printJson({ file, ...counts, agreement } satisfies Printed<'dataset review'>);
    return;
  }
  print(`${file}: ${accepted} accepted, ${edited} edited, ${rejected} rejected, ${left} not reviewed`);
  if (agreement !== null)
    print(
      `second labels of the route agree on ${agreement.agreed} of ${agreement.n}, kappa ${agreement.kappa?.toFixed(2) ?? 'not defined'}`,
    );
}
