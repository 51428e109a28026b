/** What each turn of a thread came to: as what it was read, and which lines cited before had changed. */
import type { AnswerState } from '../../contracts/run.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import type { Session } from '../session/session.ts';
import type { LabelledTurn } from './labels.ts';
import { stateOf } from './turns.ts';

/** Null of a turn that goes on, or has no outcome. */
export type ReadTurn = LabelledTurn & { state: Pick<AnswerState, 'standalone_question' | 'thread'> | null };

/** How many are asked for at a time. */
const width = 8;

/** @returns the turns in their order, those that ended with what they came to; as far as the signal lets */
export async function readTurns(
  { client }: Session,
  turns: readonly LabelledTurn[],
  signal: AbortSignal,
): Promise<ReadTurn[]> {
  const read = turns.map((turn): ReadTurn => ({ ...turn, state: null }));
  const ended = read.filter(({ status }) => status !== 'running' && status !== 'waiting');
  await inParallel(
    ended,
    { width, signal },
    ({ id, runId }) => stateOf(client.workflow.getHandle(id, runId)),
    (found, turn) => {
      if (found === null) return;
      const { standalone_question, thread } = found;
      turn.state = {
        ...(standalone_question === undefined ? {} : { standalone_question }),
        ...(thread === undefined ? {} : { thread }),
      };
    },
  );
  return read;
}
