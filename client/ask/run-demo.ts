/** Asks one question for each route about a real package and shows the answers, the links and the time. */
import { join } from 'node:path';
import { z } from 'zod';
import type { QuestionInput } from '../../contracts/run.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { codeFolder } from '../../lib/own-files.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { withAdvice } from '../benchmark/benchmark-questions.ts';
import { placeOf, shippedFolder } from '../evaluate/dataset-repository.ts';
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts';
import { readJsonLines } from '../input/json-lines-file.ts';
import { colorsFor, note, print } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { failureText } from '../../application/runs/outcome-words.ts';
import { plainView } from '../terminal/progress-view.ts';
import { questionInput } from '../../application/questions/question-input.ts';
import { readSettings } from '../../application/read-settings.ts';
import { followRun } from './follow-run.ts';
import { printFinished } from './report-ending.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import { type FinishedRun, finishedRun } from '../../application/runs/run-record.ts';
import { unlessLost } from '../../application/session/runtime-loss.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { addressesText, stayUntilInterrupted } from './stay-up.ts';
import { watchRun } from '../../application/runs/watch-run.ts';

const DemoQuestion = z.object({
  question: z.string().min(1),
  expected_route: z.string().min(1),
  /** Relative to the dataset's file. */
  repository: z.string().min(1).default('../node_modules/fastify'),
});

type Scene = { expectedRoute: string; input: QuestionInput };
type Shown = { scene: Scene; run: FinishedRun | null };

const questionsFile = join(codeFolder, 'datasets/demo.jsonl');
/** How many questions run at a time. */
const width = 2;

export async function runDemo(stay: boolean): Promise<number> {
  const startedMs = performance.now();
  const settings = readSettings();
  const scenes = await readScenes(settings);
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const shown: Shown[] = [];
  const work = inParallel(
    scenes,
    { width, signal },
    (scene) => playScene(session, scene, interrupt),
    (each) => {
      shown.push(each);
      show(each);
    },
  );
  await unlessLost(session, work);
  if (signal.aborted) return exitCodes.interrupted;
  print(summaryText(shown, (performance.now() - startedMs) / 1000));
  if (stay && session.runtime !== null) {
    print(addressesText(session.runtime.ready, settings.dataDirectory));
    note('Ctrl-C stops it');
    await stayUntilInterrupted(session.runtime, interrupt);
  } else note('open the links later with "switchyard up"; "switchyard demo --stay" keeps them open');
  return Math.max(...shown.map(({ run }) => (run === null ? exitCodes.interrupted : exitCodeOf(run.outcome.kind))));
}

async function readScenes(settings: Parameters<typeof questionInput>[2]): Promise<Scene[]> {
  const questions = await readJsonLines(questionsFile, DemoQuestion);
  return Promise.all(
    questions.map(async ({ question, expected_route, repository }) => {
      const options = { ...placeOf({ repository, ref: null }, shippedFolder), pipeline: 'orchestrated' };
      const input = await withAdvice(questionInput(question, options, settings, note), shippedFolder);
      return { expectedRoute: expected_route, input };
    }),
  );
}

/** Null: Ctrl-C came first. */
async function playScene(session: Session, scene: Scene, { signal }: Interrupt): Promise<Shown> {
  const view = plainView(note, `[${scene.expectedRoute}] `);
  const { handle, runId, workflowId } = await startRun(session, scene.input, newRunId('demo'));
  const ending = await followRun(watchRun(session, { handle, runId }, signal), {
    onProgress: (progress) => view.update(progress, workflowId),
    stopWhenWaiting: true,
  });
  if (ending.kind === 'waiting') {
    const { waitingFor } = ending.progress;
    throw new CommandFailure(`the model stays away: ${waitingFor === null ? '' : failureText(waitingFor)}`);
  }
  if (ending.kind === 'interrupted') return { scene, run: null };
  return { scene, run: await finishedRun(session, { handle, runId }, ending.outcome) };
}

function show({ scene, run }: Shown): void {
  if (run === null) return;
  const { bold } = colorsFor(process.stdout);
  print(`\n${bold(`${scene.expectedRoute}: ${printableLine(scene.input.question)}`)}\n`);
  printFinished(run, false);
}

function summaryText(shown: readonly Shown[], seconds: number): string {
  const lines = shown.flatMap(({ scene, run }) => {
    if (run === null) return [];
    const { kind, state } = run.outcome;
    const sound = state.evidence.filter(({ status }) => status !== 'unresolved').length;
    const route =
      state.route === scene.expectedRoute ? state.route : `${state.route} (expected ${scene.expectedRoute})`;
    const citations = `${sound} of ${state.evidence.length} citations found at their lines`;
    return [`  ${route}: ${kind}, ${citations}, ${((run.durationMs ?? 0) / 1000).toFixed(1)} s`];
  });
  return ['', `${lines.length} questions in ${seconds.toFixed(1)} s`, ...lines].join('\n');
}
