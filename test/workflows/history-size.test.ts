import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { cutNote } from '../../workflows/answer-question/limits/run-size.ts';
import { pipeline, tracesToFiles } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { calls, goodDraft, says, unclear } from '../support/team.ts';

const file = sceneOfFile({ traces: tracesToFiles });
const turns = 101;

test('a typical question, traced, keeps its history under 64 KiB', async () => {
  file.play();
  const judged = pipeline({ gate: { retryLimit: 2, judge: {} } });
  const handle = await file.scene.start('When does boil throw?', { pipeline: judged });
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
  const { historySize = 0 } = await handle.describe();
  assert.ok(historySize > 0 && historySize < 64 * 1024, `${historySize} bytes`);
});

test('a run of over 100 turns and 100 tool calls keeps its history under 1 MiB', async () => {
  file.play({
    specialist: ({ turn }) =>
      turn < turns - 1 ? calls(['search_code', { query: `boil water ${turn}` }]) : says(goodDraft),
  });
  const [code, docs] = pipeline().specialists;
  const patient = pipeline({
    specialists: [{ ...code, turnLimit: 200 }, docs],
    budget: { modelCalls: 200, tokens: 10_000_000 },
  });
  const handle = await file.scene.start('When does boil throw?', { pipeline: patient });
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
  file.play({
    // Two work side by side: of what each has called before, every request says all again.
    router: () => unclear('code', 'docs'),
    specialist: ({ turn }) => (turn < 11 ? calls(...filled) : says(goodDraft)),
  });
  const specialists = pipeline().specialists.map((each) => ({ ...each, turnLimit: 30 }));
  const patient = pipeline({ specialists, budget: { tokens: 50_000_000 } });
  const handle = await file.scene.start('When does boil throw?', { pipeline: patient });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.deepEqual([kind, state.final_answer], ['answered', goodDraft.answer]);
  assert.equal(state.tools_called.length, 176);
  assert.ok(state.gaps.includes(cutNote));
  const progress = await handle.query<RunProgress>('state');
  assert.ok(progress.state.gaps.includes(cutNote));
});
