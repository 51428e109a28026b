import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { openScene, pipeline } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, inventedDraft, says, startTeam } from '../support/team.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

test('a worker serves what a run cost, and its log lines name the run', async () => {
  await using team = await startTeam({ specialist: ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft) }, [
    openAiError(500, 'oops'),
  ]);
  await using scene = await openScene({ modelUrl: team.url });
  const taskQueue = `measured-${randomUUID()}`;
  const place = { address: scene.address, dataDirectory: scene.dataDirectory, taskQueue, modelUrl: team.url };
  const port = await freePort();
  await using worker = await startWorkerProcess(place, { SWITCHYARD_METRICS_ADDRESS: String(port) });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), taskQueue });
  await handle.result();
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (name: string, ...tags: string[]) => {
    const line = metrics
      .split('\n')
      .find((each) => each.startsWith(`${name}{`) && tags.every((tag) => each.includes(tag)));
    return Number(line?.split(' ').at(-1));
  };
  assert.equal(value('switchyard_model_calls_total', 'agent="router-llm"', 'result="answered"'), 1);
  assert.equal(value('switchyard_model_calls_total', 'agent="router-llm"', 'result="failed"'), 1);
  assert.equal(value('switchyard_model_tokens_total', 'agent="specialist-llm"', 'kind="input"'), 24);
  assert.equal(value('switchyard_gate_verdicts_total', 'route="code"', 'verdict="weak"'), 1);
  assert.equal(value('switchyard_gate_verdicts_total', 'route="code"', 'verdict="accepted"'), 1);
  assert.equal(value('switchyard_quality_retries_total', 'route="code"'), 1);
  assert.ok(value('temporal_activity_execution_latency_milliseconds_count') > 0, 'the metrics of the SDK are there');
  const [failure] = worker.log.split('\n').filter((line) => line.includes('Activity failed'));
  const line = JSON.parse(failure ?? '{}') as Record<string, unknown>;
  assert.deepEqual([line.workflowId, line.runId], [handle.workflowId, (await handle.describe()).runId]);
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
