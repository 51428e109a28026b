/** Notices of runs: to whom, how they are signed, and that no answer waits for them. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sendNotice } from '../../activities/notices/notices.ts';
import { readConfig } from '../../config/read-config.ts';
import type { Notice } from '../../contracts/notice.ts';
import { directly } from '../../lib/http-request.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

const secret = new Uint8Array(32).fill(5);

type Delivery = { headers: IncomingHttpHeaders; body: string };

/** Keeps what it is told, and answers as it is set to. */
async function receiver() {
  const got: Delivery[] = [];
  let status = 204;
  const held = Promise.withResolvers<void>();
  let holds = false;
  const server = createServer(async (request, response) => {
    got.push({ headers: request.headers, body: await text(request) });
    if (holds) await held.promise;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    got,
    webhook: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, secret, network: directly },
    answer: (with_: number) => {
      status = with_;
    },
    hold: () => {
      holds = true;
    },
    release: () => held.resolve(),
    [Symbol.asyncDispose]: async () => {
      held.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function signatureOf({ headers, body }: Delivery): string {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
}

const notice: Notice = {
  ...{ event: 'run.ended', workflowId: 'ask-1', runId: 'r-1', number: 2, atMs: 0 },
  ...{ pipeline: 'mine', outcome: 'answered', waitingFor: null },
};

test('a delivery is signed; one that is answered with no success fails, to be tried again under its id', async () => {
  await using hook = await receiver();
  const send = () =>
    new MockActivityEnvironment().run(sendNotice({ webhook: hook.webhook, start: async () => {} }), notice);
  assert.deepEqual(await send(), { status: 204 });
  for (const status of [500, 400, 302]) {
    hook.answer(status);
    await assert.rejects(send(), new RegExp(`answered ${status}`));
  }
  assert.deepEqual([...new Set(hook.got.map(({ headers }) => headers['webhook-id']))], ['r-1-2']);
  for (const delivery of hook.got) assert.equal(delivery.headers['webhook-signature'], signatureOf(delivery));
  assert.deepEqual(JSON.parse(hook.got[0]?.body ?? ''), {
    type: 'run.ended',
    timestamp: '1970-01-01T00:00:00.000Z',
    data: {
      ...{ workflow_id: 'ask-1', run_id: 'r-1', outcome: 'answered', waiting_for: null, pipeline: 'mine', user: null },
    },
  });
});

test('a run that waits and ends tells so, each once, and its answer is there while the receiver still thinks', async () => {
  await using hook = await receiver();
  let isOut = true;
  await using team = await startTeam({
    specialist: () => (isOut ? openAiError(429, 'quota', { code: 'insufficient_quota' }) : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url, webhook: hook.webhook });
  hook.hold();
  const asked = { pipeline: pipeline(), forcedRoute: 'code', webhook: true as const, user: 'ana' };
  const handle = await scene.start('What does boil do?', asked);
  await until(async () => (hook.got.length === 1 ? true : null));
  isOut = false;
  await handle.signal('retry');
  const { kind } = (await handle.result()) as { kind: string };
  assert.equal(kind, 'answered');
  hook.release();
  await until(async () => (hook.got.length === 2 ? true : null));
  const { runId } = await handle.describe();
  const told = hook.got.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
  assert.deepEqual(
    told.map(({ type, data }) => [type, data.outcome, data.waiting_for, data.user, data.run_id]),
    [
      ['run.waiting', null, 'ModelQuotaSpent', 'ana', runId],
      ['run.ended', 'answered', null, 'ana', runId],
    ],
  );
  assert.ok(
    hook.got.every(({ body }) => !body.includes('boil')),
    'neither question nor answer',
  );
  await until(async () => {
    const deliveries = [1, 2].map((number) => scene.client.workflow.getHandle(`webhook-${runId}-${number}`).describe());
    return (await Promise.all(deliveries)).every(({ status }) => status.name === 'COMPLETED') ? true : null;
  });
});

test('a webhook is told over https, or on this machine, and never without a secret', () => {
  const key = `whsec_${Buffer.from(secret).toString('base64')}`;
  const read = (url: string, given = key) =>
    readConfig({ SWITCHYARD_WEBHOOK_URL: url, SWITCHYARD_WEBHOOK_SECRET: given }, null, '/checkout').webhook;
  assert.deepEqual(read('https://hooks.example.org/x')?.secret, secret);
  assert.equal(read('http://127.0.0.1:8080/x')?.url, 'http://127.0.0.1:8080/x');
  for (const url of [
    'http://hooks.example.org/x',
    'http://127.0.0.1.example.org/',
    'https://a:b@example.org/',
    'ftp://x/',
  ])
    assert.throws(() => read(url), /SWITCHYARD_WEBHOOK_URL: expected/, url);
  assert.throws(() => read('https://hooks.example.org/x', ''), /SWITCHYARD_WEBHOOK_SECRET beside it/);
  assert.throws(() => read('https://hooks.example.org/x', 'whsec_c2hvcnQ='), /SWITCHYARD_WEBHOOK_SECRET: expected/);
});
