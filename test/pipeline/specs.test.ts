import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { openScene } from '../support/scene.ts';
import { checkout } from '../support/temporal.ts';

/** The repository is indexed once for all. */
const index = mkdtempSync(join(tmpdir(), 'switchyard-specs-'));
after(() => rmSync(index, { recursive: true, force: true }));

const commander = { kind: 'path', path: join(checkout, 'node_modules/commander') } as const;
const tools = ['search_code', 'search_docs', 'read_lines', 'find_symbol'];
const specialist = (name: string, purpose: string) => ({ name, purpose, prompt: `You know ${purpose}.`, tools });

/** Writes a spec where only the spec file says what its routes are, and reads it as `--pipeline FILE` does. */
async function specFile(spec: object): Promise<PipelineSpec> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-spec-'));
  const file = join(folder, 'mine.json');
  await writeFile(file, JSON.stringify(spec));
  const loaded = await loadPipeline(file);
  await rm(folder, { recursive: true });
  return loaded;
}

test('a five-route spec that the code has never seen runs end to end', async () => {
  const pipeline = await specFile({
    name: 'five',
    router: { fallback: 'other' },
    specialists: [
      specialist('parsing', 'parsing of command-line arguments, options and flags'),
      specialist('help', 'help texts, usage lines and their formatting'),
      specialist('errors', 'error messages, exit codes and suggestions'),
      specialist('types', 'TypeScript typings and declarations'),
      specialist('other', 'everything else'),
    ],
    gate: { retryLimit: 1, judge: {} },
  });
  await using model = await startOfflineModel();
  await using scene = await openScene({ modelUrl: model.url, index });
  const question = 'How is the usage line of the help text formatted?';
  const { kind, state } = await scene.ask(question, { pipeline, repository: commander });
  assert.equal(kind, 'answered');
  assert.equal(state.route, 'help');
  assert.equal(state.routing?.probabilities.length, 5);
  assert.ok(state.evidence.length > 0);
});

test('a two-route spec without a gate runs end to end', async () => {
  const pipeline = await specFile({
    name: 'two',
    router: { fallback: 'library' },
    specialists: [specialist('library', 'the source code'), specialist('readme', 'the readme and how to use it')],
  });
  await using model = await startOfflineModel();
  await using scene = await openScene({ modelUrl: model.url, index });
  const { kind, state } = await scene.ask('Which class throws CommanderError?', { pipeline, repository: commander });
  assert.equal(kind, 'answered');
  assert.ok(['library', 'readme'].includes(state.route ?? ''));
});

test("a weak first draft, by the model server's own switch, is sent back once with reasons", async () => {
  await using model = await startOfflineModel({ faults: 'weak=1' });
  await using scene = await openScene({ modelUrl: model.url, index });
  const pipeline = await loadPipeline('orchestrated');
  const handle = await scene.start('What does the Option class parse flags into?', { pipeline, repository: commander });
  const { kind, state } = await handle.result();
  assert.equal(kind, 'answered');
  assert.equal(state.retry_count, 1);
  assert.ok((state.specialist_output[0]?.reasons.length ?? 0) > 0);
  const { events } = await handle.fetchHistory();
  const inputs = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.input?.payloads ?? []);
  const reviewed = inputs.filter(({ data }) => Buffer.from(data ?? '').includes('"review":["'));
  assert.equal(reviewed.length, 1, 'the reasons stand in history');
});

test('drafts that never get better end as retries-exhausted with the best draft', async () => {
  await using model = await startOfflineModel({ faults: 'weak=always' });
  await using scene = await openScene({ modelUrl: model.url, index });
  const pipeline = await loadPipeline('orchestrated');
  const { kind, state } = await scene.ask('What does the Option class parse flags into?', {
    pipeline,
    repository: commander,
  });
  assert.equal(kind, 'retries-exhausted');
  assert.equal(state.retry_count, pipeline.gate?.retryLimit);
  assert.ok(state.final_answer);
});
