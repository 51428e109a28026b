/** Decides which fault a request meets: by seed and content alone, so that a run's faults do not depend on its order. */
import { createHash } from 'node:crypto';
import type { ChatBody } from '../server/chat-request.ts';
import type { Fault, FaultSpec } from './fault-spec.ts';
import { LruMap } from '../../lib/lru.ts';

export type DrawnFault = { fault: Fault | null; latencyMs: number };

/** What of a chat request stays the same when it is sent again: no call ids, nothing of the transport. */
export function conversationKey(body: ChatBody): string {
  const messages = body.messages.map((message) => [
    message.role,
    message.content,
    (message.tool_calls ?? []).map((call) => [call.function.name, call.function.arguments]),
  ]);
  const tools = (body.tools ?? []).map((tool) => tool.function.name);
  const format = body.response_format?.type === 'json_schema' ? body.response_format.json_schema.name : null;
  return createHash('sha256')
    .update(JSON.stringify([messages, tools, body.tool_choice ?? null, format]))
    .digest('hex');
}

/** A number from 0 to 1 (1 excluded) that depends on nothing but the arguments. */
function uniform(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join(' ')).digest().readUIntBE(0, 6) / 2 ** 48;
}

function pick(spec: FaultSpec, draw: number): Fault | null {
  let from = 0;
  for (const { fault, probability } of spec.chances) {
    from += probability;
    if (draw < from) return fault;
  }
  return null;
}

const maxRemembered = 200_000;

export type FaultDraw = (key: string, spec: FaultSpec) => DrawnFault;

/** Draws faults and remembers, per request, how often it came and how many faults it met one after the other. */
export function createFaultDraw(): FaultDraw {
  const seen = new LruMap<string, { times: number; faultsInARow: number }>(maxRemembered);
  return (key, spec) => {
    const before = seen.get(key) ?? { times: 0, faultsInARow: 0 };
    const allowed = spec.maxInARow === null || before.faultsInARow < spec.maxInARow;
    const fault = allowed ? pick(spec, uniform(spec.seed, 'fault', key, before.times)) : null;
    seen.set(key, { times: before.times + 1, faultsInARow: fault === null ? 0 : before.faultsInARow + 1 });
    const { from, to } = spec.latencyMs ?? { from: 0, to: 0 };
    const latencyMs = Math.round(from + (to - from) * uniform(spec.seed, 'latency', key, before.times));
    return { fault, latencyMs };
  };
}
