/** Unusable replies: each is a finished, paid call, and is repaired by a call of its own. */
import type { RepairCall } from '../../contracts/agent-calls.ts';
import type { ContentId } from '../../contracts/snapshot.ts';

export const repairsAllowed = 2;

/** A model's turn: usable, or not and why. */
type AgentReply = { kind: string; turn: ContentId } | { kind: 'unparsable'; turn: ContentId; problem: string };

/** Asks, and has the reply repaired while it cannot be used; what comes back may be unparsable still. */
export async function usableTurn<Call, Reply extends AgentReply>(
  call: Call,
  purpose: string,
  mustAnswer: boolean,
  ask: (call: Call | RepairCall, purpose: string) => Promise<Reply>,
): Promise<Reply> {
  let reply = await ask(call, purpose);
  for (let repairs = 0; 'problem' in reply && repairs < repairsAllowed; repairs += 1) {
    const { turn, problem } = reply;
    reply = await ask({ kind: 'repair', turn, problem, mustAnswer }, `repair (${problem})`);
  }
  return reply;
}
