import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataPaths } from '../../config/data-paths.ts';
import type { SentSpan } from '../../contracts/trace.ts';
import { readTraceFile } from '../../observability/trace-sink.ts';
import { openScene, pipeline, type Scene, tracesToFiles } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

test('a run leaves one trace in a file, with its root last', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  await scene.ask('When does boil throw?', { pipeline: pipeline() });
  const spans = await exported(scene);
  assert.deepEqual(
    spans.filter(({ parentId }) => parentId === null).map(({ name }) => name),
    ['orchestrated-pipeline'],
  );
  assert.equal(spans.at(-1)?.parentId, null);
});

async function exported(scene: Scene): Promise<SentSpan[]> {
  const { traces } = dataPaths(scene.dataDirectory);
  const found = async () => (await readdir(traces).catch(() => [])).find((name) => name.endsWith('.jsonl.zst')) ?? null;
  const file = await until(found);
  const lines = (await readTraceFile(join(traces, file))).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as SentSpan);
}
