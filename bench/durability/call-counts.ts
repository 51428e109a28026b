/** Which model calls were paid more than once, and at which point of their life the first payment was lost. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataPaths } from '../../config/data-paths.ts';
import { journalFiles } from '../../contracts/model/journal-key.ts';
import { entriesOfFile } from '../../models/journal.ts';
import type { RequestLogEntry } from '../../offline-model/server/request-log.ts';
import { say, type Stack } from '../support/stack.ts';

export type Kill = {
  workflowId: string;
  at: number;
  /** No other worker sent anything by then: what a busy model server read meanwhile was sent by the one that is gone. */
  until?: number;
  /** Whatever the worker had in flight was lost; false: something else was killed, or stood still. */
  ofWorker: boolean;
};

export type CallCounts = {
  /** Different calls, by their idempotency key. */
  calls: number;
  /** Requests in all, failed and killed ones included. */
  requests: number;
  /** Sent again although the call's completion was in history: must be 0. */
  repeatedAfterRecorded: number;
  /** Sent again although the reply was in the journal before the kill, or had long left the model: must be 0. */
  repeatedAfterReceived: number;
  /** Sent again because the kill came while the reply was on its way into the journal. */
  repeatedInJournalWrite: number;
  /** The longest, in milliseconds, that any reply of this stack took from leaving the model to its way into the journal. */
  journalWriteMs: number;
  /** Sent again because the kill came while the model was at work: at most one a kill. */
  repeatedInFlight: number;
  mostInFlightAKill: number;
};

export type Exchange = { key: string; startedAt: number; repliedAt: number | null };

export async function countCalls(
  stack: Pick<Stack, 'client' | 'dataDirectory' | 'requestLog'>,
  kills: readonly Kill[],
): Promise<CallCounts> {
  const exchanges = readExchanges(await readFile(stack.requestLog, 'utf8'));
  const { journalWriteMs, writtenAt } = await journalWrites(stack.dataDirectory, exchanges);
  const recorded = await recordedAt(stack, [...new Set(kills.map((kill) => kill.workflowId))]);
  const counts = { repeatedAfterRecorded: 0, repeatedAfterReceived: 0, repeatedInJournalWrite: 0, repeatedInFlight: 0 };
  const inFlight = new Map<Kill, number>();
  const byKey = Map.groupBy(exchanges, (exchange) => exchange.key);
  for (const [key, sent] of byKey) {
    sent.slice(1).forEach((again, at) => {
      const before = sent[at];
      if (before === undefined) return;
      const doneAt = recorded.get(key);
      const { kill, lost } = howLost(before, again, kills, writtenAt.get(key));
      if (doneAt !== undefined && doneAt < again.startedAt) counts.repeatedAfterRecorded += 1;
      else if (lost === 'received') {
        counts.repeatedAfterReceived += 1;
        say(`asked again after it was received: ${JSON.stringify({ before, again, kill, at: writtenAt.get(key) })}`);
      } else if (lost === 'in journal write') counts.repeatedInJournalWrite += 1;
      else {
        counts.repeatedInFlight += 1;
        if (kill) inFlight.set(kill, (inFlight.get(kill) ?? 0) + 1);
      }
    });
  }
  const mostInFlightAKill = Math.max(0, ...inFlight.values());
  return { calls: byKey.size, requests: exchanges.length, ...counts, journalWriteMs, mostInFlightAKill };
}

/** A worker that has had a reply for so long and has not kept it, however busy the machine is, does something wrong. */
const longestWriteMs = 2_000;

/**
 * At which point of its life a call was lost that was sent again. The kill that lost it is the first of its worker after it
 * was sent: later ones found a worker that had not come to it yet.
 * @param writtenAt when replies to this call were written into the journal
 */
export function howLost(before: Exchange, again: Exchange, kills: readonly Kill[], writtenAt: readonly number[] = []) {
  const earlier = kills.filter(({ at }) => at <= again.startedAt);
  const lostIt = ({ at, until = at, ofWorker }: Kill) => ofWorker && until >= before.startedAt;
  const kill = earlier.find(lostIt) ?? earlier.at(-1);
  const { repliedAt } = before;
  if (repliedAt === null || kill === undefined) return { kill, lost: 'in flight' } as const;
  // It was in the journal when it was asked for again, or should have been when the worker was killed.
  const isThere = writtenAt.some((at) => at >= repliedAt && at <= again.startedAt);
  if (isThere || kill.at - repliedAt > longestWriteMs) return { kill, lost: 'received' } as const;
  return { kill, lost: repliedAt <= kill.at ? 'in journal write' : 'in flight' } as const;
}

/** From the replies that did reach the journal: when they were about to be written, by call, and the longest way there. */
async function journalWrites(dataDirectory: string, exchanges: readonly Exchange[]) {
  const folder = dataPaths(dataDirectory).journal;
  const names = (await readdir(folder)).filter((name) => journalFiles.test(name));
  const writtenAt = new Map<string, number[]>();
  let journalWriteMs = 0;
  for (const name of names) {
    const entries = entriesOfFile(join(folder, name));
    for (const { kind, key, atMs } of entries) {
      if (kind !== 'reply') continue;
      const call = `${key.workflowId}/${key.runId}/${key.callKey}`;
      writtenAt.set(call, [...(writtenAt.get(call) ?? []), atMs]);
      const replies = exchanges.flatMap((each) =>
        each.key === call && each.repliedAt !== null ? [each.repliedAt] : [],
      );
      const last = replies.findLast((at) => at <= atMs);
      journalWriteMs = Math.max(journalWriteMs, last === undefined ? 0 : Math.ceil(atMs - last));
    }
  }
  return { journalWriteMs, writtenAt };
}

/** Of the model's log, without those that the model failed: nothing was paid for. */
export function readExchanges(log: string): Exchange[] {
  const lines = log.split('\n').filter((line) => line !== '');
  const entries = lines.map((line) => JSON.parse(line) as RequestLogEntry);
  const replied = new Map(entries.filter(({ event }) => event === 'reply').map(({ requestId, at }) => [requestId, at]));
  const failed = new Set(
    entries.flatMap(({ requestId, fault, status }) => (fault !== null || (status ?? 0) >= 400 ? [requestId] : [])),
  );
  return entries
    .filter(({ requestId }) => !failed.has(requestId))
    .filter(({ event, idempotencyKey }) => event === 'request' && idempotencyKey !== null)
    .map(({ requestId, idempotencyKey, at }) => ({
      key: idempotencyKey ?? '',
      startedAt: at,
      repliedAt: replied.get(requestId) ?? null,
    }));
}

/** When each call's completion entered history, by idempotency key. */
async function recordedAt(
  { client }: Pick<Stack, 'client'>,
  workflowIds: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const workflowId of workflowIds) {
    const handle = client.workflow.getHandle(workflowId);
    const { runId } = await handle.describe();
    const { events } = await handle.fetchHistory();
    const keys = new Map<string, string>();
    for (const event of events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      const payment = scheduled?.input?.payloads?.[1]?.data;
      if (payment)
        keys.set(String(event.eventId), (JSON.parse(Buffer.from(payment).toString()) as { key: string }).key);
      const completed = event.activityTaskCompletedEventAttributes?.scheduledEventId;
      const key = completed === undefined ? undefined : keys.get(String(completed));
      if (key !== undefined)
        found.set(
          `${workflowId}/${runId}/${key}`,
          Number(event.eventTime?.seconds) * 1000 + Number(event.eventTime?.nanos) / 1e6,
        );
    }
  }
  return found;
}
