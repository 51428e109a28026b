/** Makes a dataset out of a repository: starts or joins the run that does it, follows it, and writes the file once at the end. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { modelQueues } from '../../config/model-limits.ts';
import type { Config } from '../../config/config.ts';
import type { SpendingLimit } from '../../contracts/benchmark.ts';
import { backstop, signals, workflowTaskTimeout, workflowTypes } from '../../contracts/names.ts';
import {
  MadeQuestions,
  type MakeQuestionsInput,
  type QuestionChoice,
} from '../../contracts/evaluation/question-making.ts';
import type { RepositoryRef, Snapshot } from '../../contracts/snapshot.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSettings } from '../../application/read-settings.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { withRetrieval } from '../repository/with-retrieval.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { reasonOf } from '../../application/session/temporal.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { expectWritable, note, print, printJson } from '../terminal/output.ts';
import { linesOf } from '../benchmark/benchmark-questions.ts';
import { followMaking } from './follow-making.ts';
import { madeSummary, madeText, toQuestions } from './made-questions.ts';
import { writeDataset } from './write-dataset.ts';

export type MakeOptions = {
  repo: string;
  ref?: string;
  questions: number;
  output?: string;
  seed: number;
  mix: Record<string, number>;
  unanswerable: number;
  split: Record<string, number>;
  writer?: string;
  /** False: templates, whatever the settings name. */
  phrase: boolean;
  limit?: SpendingLimit;
  concurrency: number;
  force: boolean;
  resume?: string;
  json: boolean;
};

/** Well below the 2,000 that one run of a workflow may have. */
const eventLimit = 1_800;

export async function makeDataset(options: MakeOptions): Promise<number> {
  const settings = readSettings();
  const { output } = options;
  if (output !== undefined && existsSync(output) && !options.force)
    throw new UsageError(`${output} is there already: give another -o, or --force to replace it`);
  await expectWritable(output);
  const pinned = await pin(options);
  if (typeof pinned === 'number') return pinned;
  const input = inputOf(options, pinned.repository, settings);
  const id = options.resume ?? idOf(pinned.snapshot, input);
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const handle = await startOrJoin(session, id, input, options.force);
  note(`${id}: the same command takes it up again, whatever becomes of this one`);
  const ending = await ended(followMaking(session, handle, signal), id);
  if (ending === null) {
    note(`left ${id} as it stands, nothing is lost: the same command goes on`);
    return exitCodes.interrupted;
  }
  return deliver(ending, id, options);
}

/** Opens the repository here, so that what is asked about is a commit before anything starts. @returns an exit code where that failed */
async function pin(options: MakeOptions): Promise<{ repository: RepositoryRef; snapshot: Snapshot } | number> {
  const { repo, ref } = options;
  const given = await repositoryOf({ repo, ...(ref === undefined ? {} : { ref }) });
  const opened: Snapshot[] = [];
  const code = await withRetrieval(async ({ retrieval, signal }) => {
    note(`reading ${repo}`);
    opened.push(await retrieval.open(given, { signal }));
    return exitCodes.worked;
  });
  const [snapshot] = opened;
  if (snapshot === undefined) return code;
  const commit = commitOf(snapshot);
  if (commit === null)
    note('note: the folder is in no git checkout, so that its state cannot be pinned: no ref is written');
  return { snapshot, repository: commit === null ? given : { ...given, ref: commit } };
}

export function commitOf({ kind, id }: Snapshot): string | null {
  // With submodules the id is a hash of its own.
  return kind === 'commit' && (id.length === 44 || id.length === 68) ? id.slice(0, -4) : null;
}

function inputOf(options: MakeOptions, repository: RepositoryRef, settings: Config): MakeQuestionsInput {
  const { questions, seed, mix, unanswerable, split, writer: model = null, limit = null, concurrency } = options;
  const choice: QuestionChoice = { questions, seed, mix, unanswerable, split };
  const asks = options.phrase && !settings.model.offline;
  if (!asks && model !== null) throw new UsageError('--writer needs a model: set OPENAI_API_KEY or OPENAI_BASE_URL');
  if (!asks) note('note: templates phrase the questions, since no model is to: each is marked so');
  const limits = callLimits(settings.model, null, modelQueues(settings));
  return { repository, choice, phrasing: asks ? { model, limit } : null, limits, concurrency, eventLimit };
}

/** The same for the same commit and the same wishes. */
function idOf({ id, repositoryKey }: Snapshot, { choice, phrasing }: MakeQuestionsInput): string {
  const wishes = JSON.stringify([id, repositoryKey, choice, phrasing?.model ?? phrasing !== null]);
  return `dataset-${createHash('sha256').update(wishes).digest('hex').slice(0, 16)}`;
}

/** A run that was finished is not done again, unless that is forced: its questions may have been paid for. */
async function startOrJoin(
  session: Session,
  id: string,
  input: MakeQuestionsInput,
  force: boolean,
): Promise<WorkflowHandle> {
  const { workflow } = session.client;
  try {
    return await workflow.start(workflowTypes.makeQuestions, {
      workflowId: id,
      taskQueue: session.taskQueue,
      args: [input],
      workflowExecutionTimeout: backstop,
      workflowTaskTimeout,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: force ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: `dataset of ${input.choice.questions} questions`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = workflow.getHandle(id);
    const { closeTime } = await handle.describe();
    // Whatever it waits for may be mended now.
    if (closeTime === undefined) await handle.signal(signals.resume);
    return handle;
  }
}

async function ended(following: Promise<unknown>, id: string): Promise<MadeQuestions | null> {
  try {
    const result = await following;
    return result === null ? null : MadeQuestions.parse(result);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new CommandFailure(`${id} broke off: ${reasonOf(error)}`);
  }
}

async function deliver(made: MadeQuestions, id: string, options: MakeOptions): Promise<number> {
  const { output, json } = options;
  const questions = toQuestions(made, { ...options, commit: commitOf(made.snapshot) });
  const text = linesOf(questions);
  if (questions.length > 0 && output !== undefined) await writeDataset(output, text);
  const summary = madeSummary(made, questions, { id, output: output ?? null, wanted: options.questions });
  if (json)
    printJson(summary, {
      routes: 'map',
      kinds: 'map',
      sources: 'map',
      splits: 'map',
      found: 'map',
      dropped: 'map',
      refused: 'map',
    });
  else {
    if (output === undefined) print(text.trimEnd());
    (output === undefined ? note : print)(madeText(summary));
  }
  return questions.length === 0 ? exitCodes.failed : exitCodes.worked;
}
