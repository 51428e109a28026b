/**
 * Records what is no single run: a fork with the look beforehand at what is kept, a notice with its delivery, and an exporter
 * of traces while where they go is away.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorkflowHandle } from '@temporalio/client';
import { exporterIdOf, exporterType } from '../../contracts/names.ts';
import type { LookForRepliesInput } from '../../contracts/reuse.ts';
import type { ExporterState } from '../../contracts/trace.ts';
import { directly } from '../../lib/http-request.ts';
import { openScene, pipeline, quickLimits, tracesToFiles } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { goodDraft, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';
import { first, two, undecided, untilWaiting } from './ways.ts';

type Write = (name: string, handle: WorkflowHandle) => Promise<void>;

/** A run from whose synthesis on another one is forked. */
export async function recordFork(write: Write): Promise<void> {
  await using team = await startTeam({ router: undecided });
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const forked = two({ gate: { retryLimit: 1, judge: {} } });
  const before = await scene.start('When does boil throw?', { pipeline: forked });
  await before.result();
  const run = { workflowId: before.workflowId, runId: (await before.describe()).runId };
  const input: LookForRepliesInput = {
    runs: [run],
    calls: [
      { key: 'call-1', role: 'router', model: null },
      { key: 'gone', role: 'synthesizer', model: null },
    ],
  };
  const look = await scene.client.workflow.start('lookForReplies', {
    ...{ workflowId: `look-${run.runId}`, taskQueue: scene.taskQueue, args: [input] },
  });
  await look.result();
  await write('look-for-replies', look);
  const fork = await scene.start('When does boil throw?', {
    pipeline: forked,
    forkOf: { ...run, from: { stage: 'synthesis' } },
  });
  await fork.result();
  await write('ways/fork-from-synthesis', fork);
}

/** A run that waits for its provider once, and the delivery of what it tells at its end. */
export async function recordNotices(write: Write): Promise<void> {
  const server = createServer((_, response) => response.writeHead(204).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const webhook = { url: `http://127.0.0.1:${port}/hook`, secret: new Uint8Array(32), network: directly };
  await using team = await startTeam({
    router: first(1, openAiError(503, 'down for maintenance'), says('code')),
    specialist: () => says(goodDraft),
  });
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles, webhook });
  const limits = { ...quickLimits, modelCallAttempts: 1 };
  const handle = await scene.start('When does boil throw?', { pipeline: two(), limits, webhook: true, user: 'ana' });
  await untilWaiting(handle);
  await handle.signal('retry');
  await handle.result();
  await write('ways/told-to-a-webhook', handle);
  const { runId } = await handle.describe();
  const delivery = scene.client.workflow.getHandle(`webhook-${runId}-2`);
  await delivery.result();
  await write('deliver-notice', delivery);
  server.close();
}

/** An exporter whose Langfuse is away at first, and then takes the trace of the run that waits. */
export async function recordAwayExporter(name: string, write: Write): Promise<void> {
  await using stub = await LangfuseStub.open('unavailable');
  await using team = await startTeam({ specialist: () => says(goodDraft) });
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const { client, taskQueue } = scene;
  const workflowId = exporterIdOf(taskQueue);
  await client.workflow.start(exporterType, { workflowId, taskQueue, args: [{ idleSeconds: 3 }] });
  const exporter = client.workflow.getHandle(workflowId);
  await (await scene.start('When does boil throw?', { pipeline: pipeline() })).result();
  await until(async () => ((await exporter.query<ExporterState>('exports')).problem === null ? null : true), 60);
  await stub.be('well');
  await exporter.result();
  await write(name, exporter);
}
