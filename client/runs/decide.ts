/** Shows what runs ask people, and tells a run what a person has decided. */
import { userInfo } from 'node:os';
import { decideRun, type Told } from '../../application/runs/decide-run.ts';
import { findOpenRun } from '../../application/runs/find-run.ts';
import { type PendingRequest, pendingRequests } from '../../application/runs/pending-requests.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import type { Decision } from '../../contracts/decision.ts';
import { printableLine } from '../../lib/printable.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { readEditedDraft } from './edited-draft.ts';
import { minuteOf, requestText } from './request-text.ts';

export async function printPending(workflowId: string | null, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  // Only a worker can tell what a run asks.
  await using session = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const { requests, silent } = await pendingRequests(session, workflowId, signal);
  if (json) printJson(requests);
  else if (requests.length === 0) note('nothing is asked');
  else print(requests.map(pendingText).join('\n\n'));
  for (const id of silent) note(`${id} waits, and no worker tells for what: switchyard runs show ${id}`);
  return exitCodes.worked;
}

function pendingText(request: PendingRequest): string {
  const { workflowId, requestId, since, question, choices } = request;
  const [first] = choices;
  const more = first?.needs === 'amount' ? ' --amount N' : '';
  return [
    `${workflowId}  ${requestId}  since ${minuteOf(since)}`,
    ...(question === null ? [] : [printableLine(question)]),
    requestText(request),
    `  switchyard runs decide ${workflowId} ${requestId} ${first?.choice ?? ''}${more}`,
  ].join('\n');
}

export type DecideOptions = { note?: string; edit?: string; amount?: number; by?: string; json: boolean };

/** @throws UsageError for what is no decision, or where the run refuses it */
export async function decide(
  workflowId: string,
  [requestId, choice]: [string, string],
  options: DecideOptions,
): Promise<number> {
  const decision: Decision = {
    requestId,
    decision: choice,
    by: options.by ?? userInfo().username,
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(options.amount === undefined ? {} : { amount: options.amount }),
    ...(options.edit === undefined ? {} : { draft: readEditedDraft(options.edit) }),
  };
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  await findOpenRun(session, workflowId);
  const told = await decideRun(session, workflowId, decision);
  if (options.json) printJson({ workflowId, requestId, decision: choice, by: decision.by, answer: told });
  else if (isTaken(told)) print(toldText(workflowId, decision, told));
  if (!isTaken(told)) note(toldText(workflowId, decision, told));
  return isTaken(told) ? exitCodes.worked : exitCodes.failed;
}

const isTaken = ({ kind }: Told): boolean => kind === 'applied' || kind === 'buffered' || kind === 'sent';

export function toldText(workflowId: string, { requestId, decision }: Decision, told: Told): string {
  switch (told.kind) {
    case 'applied':
      return `${requestId}: ${decision}`;
    case 'buffered':
      return `${requestId} is not asked yet: ${decision} is kept until it is, see "switchyard runs pending ${workflowId}"`;
    case 'sent':
      return `no worker runs: the server keeps ${requestId}: ${decision}, and the run takes it once there is one ("switchyard up")`;
    case 'too-late':
      return `too late: ${printableLine(told.reason)}`;
    case 'refused':
      return `${requestId} is still open: ${printableLine(told.reason)}`;
    default:
      return told satisfies never;
  }
}
