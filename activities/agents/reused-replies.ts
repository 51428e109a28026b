/** A model call of a benchmark, among the replies that benchmarks share (models/shared-replies.ts). */
import { z } from 'zod';
import type { Payment } from '../../contracts/agent-calls.ts';
import type { ChatReply, ChatRequest } from '../../contracts/chat.ts';
import { costUsd, type ModelPrice } from '../../contracts/model/price.ts';
import { messageOf } from '../../lib/errors.ts';
import type { EntryKind } from '../../models/journal-entry.ts';
import type { SharedCall, SharedReplies } from '../../models/shared-replies.ts';
import type { ActivityContext } from '../context.ts';

/** Which of the shorter requests was answered, where the whole one did not fit into the model's window. */
const answeredShorter: EntryKind<{ at: number }> = { name: 'shorter', schema: z.object({ at: z.int().nonnegative() }) };

export type ReusedReplies = {
  find(request: ChatRequest): Promise<ChatReply | null>;
  /** Without what an earlier benchmark has found to be too long for the model's window. */
  withoutTooLong(left: readonly ChatRequest[], shorter: readonly ChatRequest[]): Promise<readonly ChatRequest[]>;
  /** @param place among the shorter requests of a whole one; -1: it is none of them */
  keep(request: ChatRequest, reply: ChatReply, place: { of: ChatRequest; at: number }): Promise<void>;
};

type Of = {
  sharedReplies: SharedReplies;
  context: Pick<ActivityContext, 'note'>;
  payment: Pick<Payment, 'sharing' | 'scope' | 'grant'>;
  /** Of the request with the model's name. */
  hashOf: (request: ChatRequest) => string;
  price: ModelPrice | null;
} & Pick<SharedCall, 'endpoint' | 'model'>;

const none: ReusedReplies = { find: async () => null, withoutTooLong: async (left) => left, keep: async () => {} };

/** Of a run that shares nothing, nothing is found and nothing kept. */
export function reusedReplies({ sharedReplies, context, payment, hashOf, price, ...asked }: Of): ReusedReplies {
  const { sharing, scope, grant } = payment;
  if (sharing === undefined) return none;
  const callOf = (request: ChatRequest): SharedCall => ({ hash: hashOf(request), scope, sharing, ...asked });
  return {
    async find(request) {
      const found = await sharedReplies.find(callOf(request));
      if (found === null) return null;
      if ('outdated' in found) {
        context.note({ renamed: found.outdated });
        return null;
      }
      const { value: reply, benchmark, at } = found;
      if (grant !== undefined && reply.usage.inputTokens + reply.usage.outputTokens > grant.tokens) return null;
      context.note({ reused: { benchmark, at } });
      return asReused(reply, price);
    },
    async withoutTooLong(left, shorter) {
      const [whole] = left;
      if (whole === undefined || shorter.length === 0 || shorter.includes(whole)) return left;
      const known = await sharedReplies.findOther(answeredShorter, callOf(whole));
      return known === null ? left : shorter.slice(known.value.at);
    },
    async keep(request, reply, { of, at }) {
      if (reply.usage.reused !== undefined || reply.slip !== undefined || wasCutByGrant(request, reply)) return;
      try {
        const renamed = await sharedReplies.keep(callOf(request), reply);
        if (renamed !== null) context.note({ renamed });
        if (at >= 0) await sharedReplies.keepOther(answeredShorter, callOf(of), { at });
      } catch (error) {
        // It is paid and in the journal: the run goes on.
        const message = `not kept for other benchmarks: ${messageOf(error)}`.slice(0, 300);
        context.note({ level: 'WARNING', message });
      }
    },
  };
}

/** With the same request and more of a budget the model would have said more. */
export function wasCutByGrant(
  { maxOutputTokens }: ChatRequest,
  { finishReason, usage }: Pick<ChatReply, 'finishReason' | 'usage'>,
): boolean {
  return finishReason === 'length' && usage.outputTokens < maxOutputTokens;
}

/** It counts in full, at the price of now, and all of it was not paid. */
export function asReused(reply: ChatReply, price: ModelPrice | null): ChatReply {
  const { usage } = reply;
  const { modelCalls, inputTokens, outputTokens } = usage;
  const cost = price === null ? usage.costUsd : costUsd(price, usage);
  return {
    ...reply,
    usage: { ...usage, costUsd: cost, reused: { modelCalls, inputTokens, outputTokens, costUsd: cost } },
  };
}
