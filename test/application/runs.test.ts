/** What a surface does with a run, by the application layer alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findRun,
  newRunId,
  pauseRun,
  type RunEvent,
  resultOfRun,
  resumeRun,
  retryRun,
  startRun,
  watchRun,
} from '../../application/index.ts';
import { decideRun } from '../../application/runs/decide-run.ts';
import { outcomeOf } from '../../application/runs/watch-run.ts';
import type { DecisionRequest } from '../../contracts/decision.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import { pipeline, quickLimits } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, says } from '../support/team.ts';
import { until } from '../support/until.ts';
import { sessionOf } from './session.ts';

const file = sceneOfFile();
const unheard = new AbortController().signal;

function inputOf(dataDirectory: string): QuestionInput {
  const repository = { kind: 'path', path: `${dataDirectory}/repository` } as const;
  return { question: 'What does boil do?', repository, pipeline: pipeline(), forcedRoute: 'code', limits: quickLimits };
}

async function collect(events: AsyncIterable<RunEvent>, each: (event: RunEvent) => void = () => {}) {
  const seen: RunEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    each(event);
  }
  return seen;
}

test('a watch tells that the run has started, how it gets on, that it waits, and its outcome last', async () => {
  let isOut = true;
  file.play({
    specialist: () => (isOut ? openAiError(429, 'quota', { code: 'insufficient_quota' }) : says(goodDraft)),
  });
  const { scene } = file;
  await using session = await sessionOf(scene);
  const id = newRunId();
  const started = await startRun(session, inputOf(scene.dataDirectory), id);
  let resumed: Promise<unknown> = Promise.resolve();
  const events = await collect(watchRun(session, started, unheard), ({ kind }) => {
    if (kind !== 'waiting' || !isOut) return;
    isOut = false;
    resumed = resumeRun(session, id);
  });
  await resumed;
  const kinds = events.map(({ kind }) => kind);
  assert.deepEqual([kinds[0], kinds.at(-1)], ['started', 'finished']);
  assert.ok(kinds.includes('waiting'), kinds.join());
  assert.equal(kinds.filter((kind) => kind === 'finished' || kind === 'started').length, 2);
  const told = events.map((event) => JSON.stringify(event));
  assert.ok(told.every((event, at) => event !== told[at - 1]));
  const [first, last] = [events[0], events.at(-1)];
  assert.deepEqual(first, { kind: 'started', workflowId: id, runId: started.runId, webUrl: null });
  assert.ok(last?.kind === 'finished' && last.outcome.kind === 'answered');
  assert.equal((await resultOfRun(session, id)).outcome.kind, 'answered');

  const { handle } = await findRun(session, id);
  assert.deepEqual(
    (await collect(watchRun(session, started, unheard))).at(-1)?.kind,
    'finished',
    'a run that has ended can be watched, too',
  );
  await assert.rejects(startRun(session, inputOf(scene.dataDirectory), id), { code: 'RunExists' });
  await assert.rejects(pauseRun(session, handle.workflowId), { code: 'RunHasEnded' });
  await assert.rejects(retryRun(session, id), { code: 'RunNotRetryable', message: /its outcome is answered/ });
  await assert.rejects(findRun(session, 'ask-none'), { code: 'RunNotFound', message: /"switchyard runs" lists/ });
});

test('a watch that is aborted or left leaves the run, which has no result until it ends', async () => {
  const held = Promise.withResolvers<void>();
  file.play({ specialist: () => held.promise.then(() => says(goodDraft)) });
  const { scene } = file;
  await using session = await sessionOf(scene);
  const started = await startRun(session, inputOf(scene.dataDirectory), newRunId());
  const { workflowId } = started;
  const stop = new AbortController();
  const seen = await collect(watchRun(session, started, stop.signal), ({ kind }) => {
    if (kind === 'progress') stop.abort();
  });
  assert.deepEqual([seen[0]?.kind, seen.at(-1)?.kind], ['started', 'progress']);
  for await (const event of watchRun(session, started, unheard)) if (event.kind === 'progress') break;
  assert.deepEqual(await collect(watchRun(session, started, AbortSignal.abort())), [seen[0]]);
  await assert.rejects(resultOfRun(session, workflowId), { code: 'RunStillGoesOn', message: /runs cancel/ });
  held.resolve();
  assert.equal((await started.handle.result()).kind, 'answered');

  const broken = await startRun(session, { ...inputOf(scene.dataDirectory), question: 'Why?' }, newRunId());
  await broken.handle.terminate('by hand');
  await assert.rejects(collect(watchRun(session, broken, unheard)), {
    code: 'RunBroken',
    message: /without an outcome/,
  });
});

test('a retry goes on at the last failure: calls that were made again by a decision, and what followed, are kept', async () => {
  const down = openAiError(503, 'down for maintenance');
  const asked: number[] = [];
  let isBack = false;
  file.play({
    specialist: ({ turn }) => {
      asked.push(turn);
      if (turn === 0) return asked.length === 1 ? down : calls(['search_code', { query: 'boil' }]);
      return isBack ? says(goodDraft) : down;
    },
  });
  const { scene } = file;
  await using session = await sessionOf(scene);
  const input = { ...inputOf(scene.dataDirectory), limits: { ...quickLimits, modelCallAttempts: 1 } };
  const id = newRunId();
  const { handle } = await startRun(session, input, id);
  const decideNext = async (decision: string, not: string | null = null) => {
    const { requestId } = await until(async () => {
      const [open] = await handle.query<DecisionRequest[]>('pending');
      return open === undefined || open.requestId === not ? null : open;
    }, 60);
    assert.deepEqual(await decideRun(session, id, { requestId, decision, by: 'ann' }), { kind: 'applied' });
    return requestId;
  };
  const first = await decideNext('retry');
  await decideNext('give-up', first);
  assert.equal((await outcomeOf(handle)).outcome.kind, 'unavailable');
  assert.deepEqual(asked, [0, 0, 1]);
  isBack = true;
  const again = await retryRun(session, id);
  assert.equal((await outcomeOf(again.handle)).outcome.kind, 'answered');
  assert.deepEqual(asked, [0, 0, 1, 1]);
});
