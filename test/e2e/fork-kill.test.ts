/** A fork whose worker and server are killed while it waits for the reply of a call that it pays. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { forkedRun, forkInput, planOfFork } from '../../application/forks/fork-run.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import { questionInput } from '../../bench/support/question-input.ts';
import { openStack } from '../../bench/support/stack.ts';
import { startWorkerProcess } from '../../bench/support/worker-process.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadConfig } from '../../config/load-config.ts';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { paidOf } from '../../contracts/usage-sum.ts';
import { sessionOf } from '../application/session.ts';
import { defaultFiles, pipeline, quickLimits, writeFolder } from '../support/scene.ts';
import { calls, goodDraft, roleOf, says, startTeam, unclear } from '../support/team.ts';

/** Two specialists with two turns each, a judge for each, and the synthesis: eight calls. */
function team() {
  const held = { judge: null as Promise<void> | null, asked: Promise.withResolvers<void>() };
  return {
    held,
    parts: {
      router: () => unclear('code', 'docs'),
      specialist: ({ turn }: { turn: number }) =>
        turn === 0 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft),
      judge: async () => {
        const { judge } = held;
        if (judge !== null) held.asked.resolve();
        await judge;
        return says({ accepted: true, reasons: [] });
      },
      synthesizer: () => says({ ...goodDraft, answer: 'boil throws KETTLE_EMPTY.', superseded: [] }),
    },
  };
}

test('a fork that is killed in its middle pays nothing twice, and leaves the run before it alone', async () => {
  const { held, parts } = team();
  await using model = await startTeam(parts);
  await using stack = await openStack(null);
  const repository = join(stack.dataDirectory, 'repository');
  await writeFolder(repository, defaultFiles);
  const config = { ...stack.config, model: { ...stack.config.model, baseUrl: model.url, specialist: 'test-model' } };
  const startWorker = () => startWorkerProcess({ ...stack, config }, 'worker/main.ts', { OPENAI_API_KEY: 'sk-test' });
  let worker = await startWorker();
  await using _last = { [Symbol.asyncDispose]: () => worker.kill() };
  await using session = await sessionOf({ address: stack.address, taskQueue: config.taskQueue });

  const about = { repository, limits: { ...quickLimits, modelCallAttempts: 3 } };
  const input = questionInput('When does boil throw?', pipeline({ gate: { judge: {} } }), about);
  const before = await startRun(session, input, newRunId());
  assert.equal(((await before.handle.result()) as AnswerOutcome).kind, 'answered');
  const paidBefore = model.requests.length;
  assert.equal(paidBefore, 8);
  const journal = join(dataPaths(stack.dataDirectory).journal, journalFileName(before.runId));
  const [historyBefore, journalBefore] = [await before.handle.fetchHistory(), readFileSync(journal)];

  // From the second turn of one specialist on: its draft, the judge of that, and the synthesis are paid.
  const options = { from: 'code try 1 turn 2' };
  const settings = loadConfig({ SWITCHYARD_HOME: stack.dataDirectory });
  const known = await forkedRun(session, before.workflowId);
  const prepared = await planOfFork(session, known, await forkInput(known, options, settings));
  assert.equal(prepared.plan.atMost.calls, 3);
  const release = Promise.withResolvers<void>();
  held.judge = release.promise;
  const fork = await startRun(session, prepared.input, newRunId('fork'));
  await held.asked.promise;
  await worker.kill();
  await stack.killServer();
  held.judge = null;
  release.resolve();
  worker = await startWorker();
  const { kind, state } = (await fork.handle.result()) as AnswerOutcome;

  assert.equal(kind, 'answered');
  assert.equal(state.final_answer, 'boil throws KETTLE_EMPTY.');
  // The judge was asked when all was killed: its reply had not arrived, so that it is asked once more.
  assert.deepEqual(model.requests.slice(paidBefore).map(roleOf), ['specialist', 'judge', 'judge', 'synthesizer']);
  assert.deepEqual([paidOf(state.usage).modelCalls, state.usage.reused?.modelCalls], [3, 5]);
  assert.ok(isDeepStrictEqual(await before.handle.fetchHistory(), historyBefore), 'its history is what it was');
  assert.deepEqual(readFileSync(journal), journalBefore);
});
