/** Follows a run that makes a dataset to its end, and tells how far it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { queries } from '../../contracts/names.ts';
import { MakingProgress } from '../../contracts/evaluation/question-making.ts';
import { printableLine } from '../../lib/printable.ts';
import { unlessLost } from '../../application/session/runtime-loss.ts';
import type { Session } from '../../application/session/session.ts';
import { note } from '../terminal/output.ts';

const pollMs = 1000;
const queryLimitMs = 2000;

/** @returns null when the signal came first: the run goes on as soon as a worker does */
export async function followMaking(session: Session, handle: WorkflowHandle, signal: AbortSignal): Promise<unknown> {
  const over = new AbortController();
  const interrupted = new Promise<null>((found) => {
    if (signal.aborted) found(null);
    signal.addEventListener('abort', () => found(null), { once: true });
  });
  const poll = async () => {
    for (
      let before = '';
      !over.signal.aborted;
      await sleep(pollMs, undefined, { signal: over.signal }).catch(() => {})
    ) {
      const progress = await progressOf(session, handle);
      const line = progress === null ? before : lineOf(progress);
      if (line !== before && !over.signal.aborted) note(line);
      before = line;
    }
    return null;
  };
  try {
    return await unlessLost(session, Promise.race([handle.result(), interrupted, poll()]), 'the same command goes on');
  } finally {
    over.abort();
  }
}

function lineOf({ stage, done, total, note: why, usage }: MakingProgress): string {
  const waits = why === null ? '' : `; waiting: ${why}`;
  const counts = stage === 'phrasing' ? ` ${done} of ${total}, ${usage.inputTokens + usage.outputTokens} tokens` : '';
  return printableLine(`${stage}${counts}${waits}`);
}

/** Null while no worker answers. */
async function progressOf(session: Session, handle: WorkflowHandle): Promise<MakingProgress | null> {
  try {
    const query = () => handle.query(queries.progress);
    return MakingProgress.parse(await session.connection.withDeadline(Date.now() + queryLimitMs, query));
  } catch (error) {
    const service = error instanceof Error && error.name === 'ServiceError';
    if (service || isGrpcServiceError(error) || error instanceof QueryNotRegisteredError) return null;
    throw error;
  }
}
