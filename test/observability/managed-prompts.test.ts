import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withManagedPrompts } from '../../observability/managed-prompts.ts';
import { LangfuseStub, type Mood } from '../support/langfuse-stub.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { untilExported } from './exports.ts';

const spec = pipeline({ gate: { judge: {} } });

async function fetched(stub: LangfuseStub) {
  const { langfuse } = stub.traces();
  assert.ok(langfuse !== null);
  return withManagedPrompts(spec, langfuse, 'production');
}

test('prompts of Langfuse reach the model, and its generations name them', async () => {
  await using stub = await LangfuseStub.open();
  stub.prompts.set('test/code', { prompt: 'Answer like a kettle.', version: 7 });
  stub.prompts.set('test/judge', { prompt: 'Judge like a kettle.', version: 2 });
  const { pipeline: managed, prompts, problem } = await fetched(stub);
  assert.equal(problem, null);
  assert.deepEqual(prompts, { code: { name: 'test/code', version: 7 }, judge: { name: 'test/judge', version: 2 } });
  assert.equal(managed.specialists.find(({ name }) => name === 'docs')?.prompt, spec.specialists[1]?.prompt);
  assert.equal(managed.gate?.judge?.prompt, 'Judge like a kettle.');
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const handle = await scene.start('When does boil throw?', { pipeline: managed, prompts });
  const spans = stub.trace(await untilExported(scene, handle));
  assert.ok(team.requests.some(({ text }) => text.includes('Answer like a kettle.')));
  const promptOf = (name: string) => {
    const { attributes = {} } = spans.find((span) => span.name === name) ?? {};
    return [attributes['langfuse.observation.prompt.name'], attributes['langfuse.observation.prompt.version']];
  };
  assert.deepEqual(promptOf('specialist-code-llm'), ['test/code', 7]);
  assert.deepEqual(promptOf('router-llm'), [undefined, undefined]);
});

for (const mood of ['refuse', 'unavailable', 'hang'] satisfies Mood[]) {
  test(`without Langfuse (${mood}) the pipeline keeps its own prompts, and says why`, async () => {
    await using stub = await LangfuseStub.open(mood);
    const { pipeline: own, prompts, problem } = await fetched(stub);
    assert.deepEqual(own, spec);
    assert.deepEqual(prompts, {});
    assert.notEqual(problem, null);
  });
}
