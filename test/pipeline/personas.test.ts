import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadPipeline } from '../../client/pipelines/pipeline-files.ts';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { openScene } from '../support/scene.ts';
import { llamaCpp, openAiReasoning, strictGateway } from '../support/scripted-server-personas.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { checkout } from '../support/temporal.ts';

const questions = readFileSync(join(checkout, 'datasets/demo.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as { question: string; repository: string });

/** The repositories are indexed once for all. */
const index = mkdtempSync(join(tmpdir(), 'switchyard-personas-'));
after(() => rmSync(index, { recursive: true, force: true }));

for (const [name, persona] of [
  ['an OpenAI reasoning model', openAiReasoning],
  ['a llama.cpp server', llamaCpp],
  ['a strict gateway', strictGateway],
] as const) {
  test(`the demo's questions are answered through ${name}`, async () => {
    await using offline = await startOfflineModel();
    await using server = await startScriptedServer({ persona: persona(), upstream: { baseUrl: offline.url } });
    await using scene = await openScene({ modelUrl: server.url, index });
    const pipeline = await loadPipeline('orchestrated');
    const outcomes = await Promise.all(
      questions.map(({ question, repository }) =>
        scene.ask(question, { pipeline, repository: { kind: 'path', path: join(checkout, repository) } }),
      ),
    );
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['answered', 'answered', 'answered', 'answered'],
    );
    for (const { state } of outcomes) assert.ok(state.evidence.length > 0);
    assert.deepEqual(server.leftovers(), []);
  });
}
