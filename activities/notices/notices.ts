/**
 * Tells a webhook of runs, in the form of Standard Webhooks: an id that is the same for every delivery of a notice, the time
 * of the delivery, and their HMAC-SHA256 with the body.
 */
import { createHmac } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { noticeIdOf, type Notice } from '../../contracts/notice.ts';
import { agentsOf, type Network, requestOver } from '../../lib/http-request.ts';

type Webhook = { url: string; secret: Uint8Array; network: Network };

export type NoticeDependencies = {
  /** Null: this worker knows none, and is asked for none. */
  webhook: Webhook | null;
  /** Starts the delivery of a notice; one that was started before is no mistake. */
  start(notice: Notice): Promise<void>;
};

const answerWithinMs = 15_000;

/** A worker that dies before the task is completed leaves the notice again, under the same id. */
export const leaveNotice = (deps: NoticeDependencies | undefined) => async (notice: Notice) => deps?.start(notice);

/** @throws Error for every answer but one of success: it is tried again */
export const sendNotice =
  (deps: NoticeDependencies | undefined) =>
  async (notice: Notice): Promise<{ status: number }> => {
    const webhook = deps?.webhook ?? null;
    if (webhook === null) throw new Error('this worker knows no webhook: set SWITCHYARD_WEBHOOK_URL');
    const body = JSON.stringify(bodyOf(notice));
    const signal = AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(answerWithinMs)]);
    const headers = headersOf(webhook, { id: noticeIdOf(notice), body, nowMs: Date.now() });
    const request = { method: 'POST', headers, body, signal };
    const response = await requestOver(agentsOf(webhook.network), new URL(webhook.url), request);
    // What it says beside its status is of no use, and may be of any length.
    response.destroy();
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw new Error(`the webhook answered ${status}`);
    return { status };
  };

type Delivery = { id: string; body: string; nowMs: number };

function headersOf({ secret }: Pick<Webhook, 'secret'>, { id, body, nowMs }: Delivery): Record<string, string> {
  const seconds = Math.floor(nowMs / 1000);
  const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'user-agent': 'switchyard',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** In the names that `--json` has. */
function bodyOf({ event, atMs, workflowId, runId, outcome, waitingFor, pipeline, user }: Notice) {
  return {
    type: event,
    timestamp: new Date(atMs).toISOString(),
    data: { workflow_id: workflowId, run_id: runId, outcome, waiting_for: waitingFor, pipeline, user: user ?? null },
  };
}
