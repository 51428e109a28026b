/** Records what is no single run: a fork with the look beforehand at what is kept, and a notice with its delivery. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorkflowHandle } from '@temporalio/client';
import type { LookForRepliesInput } from '../../contracts/reuse.ts';
import { directly } from '../../lib/http-request.ts';
import { openScene, quickLimits, tracesToFiles } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, says, startTeam } from '../support/team.ts';
import { first, two, undecided, untilWaiting } from './ways.ts';

type Write = (name: string, handle: WorkflowHandle) => Promise<void>;

/** A run from whose synthesis on another one is forked. */
export async function recordFork(write: Write): Promise<void> {
  await using team = await startTeam({ router: undecided });
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const pipeline = two({ gate: { retryLimit: 1, judge: {} } });
  const before = await scene.start('When does boil throw?', { pipeline });
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
    pipeline,
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
