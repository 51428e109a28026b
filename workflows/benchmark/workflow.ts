/** Asks every question of a dataset with every variant, so many at a time, and records each answer once. */
import { CancellationScope, condition, continueAsNew, isCancellation, log } from '@temporalio/workflow';
import type { BenchmarkEnding, BenchmarkInput, BenchmarkTrial } from '../../contracts/benchmark.ts';
import { defaultPersonWaitSeconds } from '../../contracts/names.ts';
import { nextQuestions, openBenchmark, openExperiment } from './calls.ts';
import { BenchmarkRun } from './state.ts';
import { askTrial } from './trial.ts';
import { validInput } from '../input/valid-input.ts';

/** Why nothing more is asked. */
type Why = 'all' | 'limit' | 'long' | 'abandoned';

const endings = { all: 'finished', limit: 'limit-reached', abandoned: 'unavailable' } as const;

/** Runs that one page of questions names. */
const pageLength = 50;

/** Asks the questions of a benchmark and records each answer once. */
export async function runBenchmark(input: BenchmarkInput): Promise<BenchmarkEnding> {
  const run = new BenchmarkRun(validInput('runBenchmark', input));
  let why: Why;
  endPauses(run).catch(() => {}); // cancelled with the workflow
  try {
    await open(run);
    why = await askAll(run);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => condition(() => run.running === 0));
    return run.ending('cancelled');
  }
  if (why === 'long') return continueAsNew<typeof runBenchmark>(run.carry());
  return run.ending(endings[why]);
}

/** A pause waits for a person, whoever has begun it: that has a limit. */
async function endPauses(run: BenchmarkRun): Promise<void> {
  const limitMs = (run.input.limits.personWaitSeconds ?? defaultPersonWaitSeconds) * 1000;
  for (let resumed = true; resumed; ) {
    await condition(() => run.paused);
    resumed = await condition(() => !run.paused, limitMs);
  }
  run.abandon();
}

async function open(run: BenchmarkRun): Promise<void> {
  const { id, scheduled, carried } = run.input;
  const template = scheduled ? id : null;
  run.opened(await openBenchmark({ id: run.id, template, fresh: carried === undefined }));
  if (carried !== undefined) return;
  try {
    run.datasetId = await openExperiment({ id: run.id });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('this benchmark is no experiment where its traces go', { error: String(error) });
  }
}

/** Keeps the window full until the questions, the money or this run's history are at their end, then empties it. */
async function askAll(run: BenchmarkRun): Promise<Why> {
  const next = pages(run);
  let broken: { error: unknown } | null = null;
  const begin = async (trial: BenchmarkTrial) => {
    run.begin(trial);
    try {
      await askTrial(run, trial);
    } catch (error) {
      if (!isCancellation(error)) broken ??= { error };
    } finally {
      run.end();
    }
  };
  let why: Why | null = null;
  while (why === null && broken === null) {
    const trial = await next();
    if (trial === null) break;
    await condition(() => run.mayBegin() || broken !== null || run.abandoned);
    if (run.abandoned) why = 'abandoned';
    else if (run.limitReached()) why = 'limit';
    else if (run.isLong()) why = 'long';
    else if (broken === null) void begin(trial);
  }
  run.finishing();
  await condition(() => run.running === 0 && run.scoring === 0);
  if (broken !== null) throw (broken as { error: unknown }).error;
  return why ?? (run.hasUnrecorded ? 'abandoned' : 'all');
}

/** The questions in their order, a page at a time. */
function pages(run: BenchmarkRun): () => Promise<BenchmarkTrial | null> {
  const { root, datasetFolder } = run.input;
  const roots = { root, ...(datasetFolder === undefined ? {} : { datasetFolder }) };
  let waiting: BenchmarkTrial[] = [];
  let cursor: number | null = run.cursor;
  return async () => {
    while (waiting.length === 0 && cursor !== null) {
      const page = await nextQuestions({ id: run.id, ...roots, cursor, most: pageLength });
      waiting = page.trials;
      cursor = page.cursor;
    }
    return waiting.shift() ?? null;
  };
}
