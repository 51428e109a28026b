import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { traceOf } from '../support/histories.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { roleOf, says, startTeam, goodDraft, calls } from '../support/team.ts';

shareScenes();

test('a pipeline that asks for it has each search put in order by a model, which is paid and counted', async () => {
  const seen: string[] = [];
  await using team = await startTeam({
    reranker: ({ user }) => {
      seen.push(user);
      const last = [...user.matchAll(/^\[(\d+)\]/gm)].length;
      return says({ order: [last] });
    },
    specialist: ({ turn, messages }) => {
      if (turn > 0) seen.push(String(messages.at(-1)?.content));
      return turn === 0 ? calls(['search_code', { query: 'kettle boil' }]) : says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When does boil throw?', {
    pipeline: { ...pipeline(), rerank: { maxOutputTokens: 400 } },
  });
  assert.equal(kind, 'answered');
  assert.deepEqual(team.requests.map(roleOf), ['router', 'specialist', 'reranker', 'specialist']);
  assert.equal(state.usage.modelCalls, 4);
  const [asked = '', shown = ''] = seen;
  assert.match(asked, /<query>\nkettle boil\n<\/query>/);
  const places = [...asked.matchAll(/^\[\d+\] (\S+)$/gm)].map(([, place]) => place);
  assert.ok(places.length > 1, 'there was something to put in order');
  assert.equal(/^@@ (\S+)/.exec(shown)?.[1], places.at(-1));
});

test('an order that cannot be read leaves the search as it was', async () => {
  await using team = await startTeam({ reranker: () => says('the second one is best') });
  await using scene = await openScene({ modelUrl: team.url });
  const prompts = { code: { name: 'test/code', version: 3 } };
  const handle = await scene.start('When does boil throw?', {
    pipeline: { ...pipeline(), rerank: { maxOutputTokens: 400 } },
    prompts,
  });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.equal(state.tools_called[0]?.status, 'ok');
  assert.equal(state.usage.modelCalls, 4);
  const { spans } = await traceOf(handle);
  const named = (name: string) => spans.find((span) => span.name === name);
  const reranking = named('rerank-llm');
  assert.deepEqual([reranking?.level, reranking?.message], ['WARNING', 'the reranker gave no usable order']);
  assert.equal(reranking?.managedPrompt, null, 'the prompt of the specialist that searched is not its own');
  assert.deepEqual(named('specialist-code-llm')?.managedPrompt, prompts.code);
});
