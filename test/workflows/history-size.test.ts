import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { cutNote } from '../../workflows/answer-question/limits/run-size.ts';
import { openScene, pipeline, tracesToFiles } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';

const turns = 101;

test('a typical question, traced, keeps its history under 64 KiB', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const judged = pipeline({ gate: { retryLimit: 2, judge: {} } });
  const handle = await scene.start('When does boil throw?', { pipeline: judged });
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
  const { historySize = 0 } = await handle.describe();
  assert.ok(historySize > 0 && historySize < 64 * 1024, `${historySize} bytes`);
});

test('a run of over 100 turns and 100 tool calls keeps its history under 1 MiB', async () => {
  await using team = await startTeam({
    specialist: ({ turn }) =>
      turn < turns - 1 ? calls(['search_code', { query: `boil water ${turn}` }]) : says(goodDraft),
  });
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const [code, docs] = pipeline().specialists;
  const patient = pipeline({
    specialists: [{ ...code, turnLimit: 200 }, docs],
    budget: { modelCalls: 200, tokens: 10_000_000 },
  });
  const handle = await scene.start('When does boil throw?', { pipeline: patient });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.equal(state.tools_called.length, turns - 1);
  const { historySize = 0, historyLength } = await handle.describe();
  process.stdout.write(`# ${historyLength} events, ${historySize} bytes\n`);
  assert.ok(historySize > 0 && historySize < 1024 * 1024, `${historySize} bytes`);
});

test('a model that fills every argument ends its run with an outcome that a server takes', async () => {
  const filled = Array.from({ length: 8 }, (): [string, Record<string, unknown>] => {
    return ['no_such_tool', { query: '水'.repeat(3_980) }];
  });
  await using team = await startTeam({
    specialist: ({ turn }) => (turn < 22 ? calls(...filled) : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const [code, docs] = pipeline().specialists;
  const patient = pipeline({ specialists: [{ ...code, turnLimit: 30 }, docs], budget: { tokens: 50_000_000 } });
  const handle = await scene.start('When does boil throw?', { pipeline: patient, forcedRoute: 'code' });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.deepEqual([kind, state.final_answer], ['answered', goodDraft.answer]);
  assert.equal(state.tools_called.length, 176);
  assert.ok(state.gaps.includes(cutNote));
  const progress = await handle.query<RunProgress>('state');
  assert.ok(progress.state.gaps.includes(cutNote));
});
