import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { dataPaths } from '../../config/data-paths.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';
import { checkout } from '../support/temporal.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const folder = join(checkout, 'test/histories');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const bundle = await workflowBundle(dataPaths(join(checkout, '.switchyard')).cache);

function historyOf(file: string) {
  return historyFromJSON(JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

test('the stored histories cover every workflow and the three shipped pipelines', () => {
  const types = files.map(
    (file) => historyOf(file).events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name,
  );
  assert.deepEqual([...new Set(types)].toSorted(), ['answerQuestion', 'exportTrace', 'routeOnly', 'runBenchmark']);
  for (const name of ['orchestrated', 'single-agent', 'single-agent-ungated'])
    assert.ok(files.includes(`${name}.json`));
});

for (const file of files) {
  test(`the code replays ${file}`, async () => {
    const history = historyOf(file);
    assert.ok((history.events?.length ?? 0) > 5);
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, file);
  });
}

test('a history whose steps are in another order is refused, so the replays above can fail', async () => {
  const history = historyOf('orchestrated.json');
  const scheduled = history.events?.filter((event) => event.activityTaskScheduledEventAttributes) ?? [];
  const second = scheduled[1]?.activityTaskScheduledEventAttributes;
  assert.ok(second?.activityType);
  second.activityType.name = 'judgeDraft';
  await assert.rejects(
    Worker.runReplayHistory({ workflowBundle: bundle }, history, 'changed'),
    DeterminismViolationError,
  );
});
