/**
 * The beginning of a run: the repository is opened while the router, which reads the question alone, chooses a route.
 *
 * 1. Both are begun in the run's first task, unless the router reads the repository and so waits for it; nothing but the
 *    route is decided before the whole snapshot can be searched.
 * 2. A checkout that the worker has opened before and that has not moved since is opened within that task, by a local
 *    activity; any other has an activity of its own.
 * 3. Where one of them fails, the other is cancelled and waited for, and what it has used is counted.
 * 4. A turn of a thread reads its question before it is routed, and looks at the lines that were cited before once they can
 *    be read (follow-up.ts).
 * 5. Tools of foreign servers are pinned once the repository is open, while the router chooses.
 * 6. Once the router has failed, the opening gets a moment more: it knows where the run's trace will be, and a repository
 *    that cannot be used is the failure to tell first.
 */
import {
  CancellationScope,
  defineSignal,
  isCancellation,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { OpenedRepository } from '../../contracts/agent-calls.ts';
import { signals } from '../../contracts/names.ts';
import { readsRepository } from '../../contracts/pipeline-rules.ts';
import type { OpeningProgress } from '../../contracts/run.ts';
import { foreignToolsOf } from '../../contracts/foreign/names.ts';
import { callTool } from './calls.ts';
import { checkCarried, readFollowUp } from './follow-up.ts';
import { introduce } from './introduction.ts';
import { pinForeignTools } from './foreign/pinning.ts';
import { chooseRoute, tellRoute } from './routing.ts';
import type { Run } from './state.ts';

/** The activity that opens the repository tells how far it is. */
export const openingSignal = defineSignal<[OpeningProgress]>(signals.opening);

const graceMs = 5_000;

/** Far below the time of a workflow task, which it is a part of. */
const { openKnownRepository } = proxyLocalActivities<Pick<Activities, 'openKnownRepository'>>({
  scheduleToCloseTimeout: '2s',
  retry: { maximumAttempts: 1 },
});

/** @throws what opening and routing do */
export async function openAndRoute(run: Run): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(async () => {
    const opening = openRepository(run);
    const { thread } = run.input;
    const reading = thread === undefined ? null : readFollowUp(run, thread);
    const route = reading === null ? () => chooseRoute(run) : () => reading.then(() => chooseRoute(run));
    const routing = readsRepository(run.input.pipeline.router) ? opening.then(route) : route();
    const ofThread = thread === undefined ? [] : [reading, opening.then(() => checkCarried(run, thread))];
    const hasForeign = foreignToolsOf(run.input.pipeline.specialists).length > 0;
    const others = hasForeign ? [...ofThread, opening.then(() => pinForeignTools(run))] : ofThread;
    try {
      await Promise.all([opening, routing, ...others]);
    } catch (error) {
      if (!isCancellation(error)) await Promise.race([opening, sleep(graceMs, { summary: 'the router has failed' })]);
      throw error;
    } finally {
      scope.cancel();
      await Promise.allSettled([opening, routing, ...others]);
    }
  });
  tellRoute(run);
}

async function openRepository(run: Run): Promise<void> {
  const { state, visibility } = run;
  const { repository, forkOf } = run.input;
  const where = repository.kind === 'path' ? repository.path : repository.url;
  const waits = readsRepository(run.input.pipeline.router) ? ', which the router waits for' : '';
  visibility.say('opening', `opening ${where}${waits}`);
  setHandler(openingSignal, (progress) => {
    if (state.snapshot === null && isProgress(progress)) visibility.opens(progress, openingText(progress));
  });
  const store = forkOf?.store === undefined ? {} : { store: forkOf.store };
  const opened =
    (await openKnown(run)) ?? (await callTool(run, 'openRepository', { repository, ...store }, `open ${where}`));
  state.snapshot = opened.snapshot;
  visibility.knows(opened.searchAttributes);
  introduce(run.input, opened.searchAttributes);
  if (opened.store !== undefined) run.store = opened.store;
  run.readOnlyTools = opened.readOnlyTools ?? [];
  state.trace_link = opened.traceLink?.replace('{traceId}', workflowInfo().runId.replaceAll('-', '')) ?? null;
  visibility.opens(null, 'choosing a specialist');
}

/** Null also where that failed: the activity of its own tells why. */
async function openKnown({ input: { activityQueue, repository, forkOf } }: Run): Promise<OpenedRepository | null> {
  // A local activity runs where the workflow does.
  if (activityQueue !== undefined || forkOf?.store !== undefined) return null;
  try {
    const opened = await openKnownRepository({ repository });
    return opened?.result ?? null;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return null;
  }
}

/** Anybody may send a signal. */
function isProgress(value: unknown): value is OpeningProgress {
  const { stage, done, total, secondsLeft } = (value ?? {}) as Partial<Record<keyof OpeningProgress, unknown>>;
  const isCount = (count: unknown) => Number.isSafeInteger(count) && Number(count) >= 0;
  const known = stage === 'fetching' || stage === 'reading' || stage === 'indexing';
  return known && isCount(done) && [total, secondsLeft].every((count) => count === null || isCount(count));
}

/** Such as `indexing 1,200 of 27,674 files, about 70 s left`. */
export function openingText({ stage, done, total, secondsLeft }: OpeningProgress): string {
  if (stage === 'fetching') return 'fetching the repository';
  const count =
    total === null
      ? done.toLocaleString('en-US')
      : `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
  return `${stage} ${count} files${secondsLeft === null ? '' : `, about ${timeLeftText(secondsLeft)} left`}`;
}

function timeLeftText(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
