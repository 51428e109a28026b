/**
 * Replies that benchmarks share: what one has paid for, a later one finds, by the hash of the request and the number of the
 * trial. They lie in a journal (journal.ts), a file for each request, or in the shared store.
 *
 * 1. Trials never share: each of them is a chance of its own.
 * 2. A lane (one question of one variant) finds what it has left itself before, place by place, so that a benchmark that
 *    is run again takes the same course. Where it has left nothing, it takes what a lane of another benchmark has left;
 *    never that of a lane beside it, whose call it would spare in a first run.
 * 3. An alias is a moving thing: the name that answered last stands beside it, and a reply under another name is not used.
 * 4. Only whole replies are kept, never a failure.
 */
import { z } from 'zod';
import { EncryptionKeyUnknown } from '../codecs/failures.ts';
import type { ReplySharing } from '../contracts/reuse.ts';
import type { JournalKey } from '../contracts/model/journal-key.ts';
import type { ChatReply } from '../contracts/chat.ts';
import type { RenamedModel, SpanScope } from '../contracts/trace.ts';
import type { Journal } from './journal.ts';
import { digest, type EntryKind, replyKind } from './journal-entry.ts';

/** One place of a lane: where in which run something is asked for, and what. */
export type SharedPlace = { hash: string; scope: SpanScope; sharing: ReplySharing };
/** `endpoint` and `model` as in the request's hash. */
export type SharedCall = SharedPlace & { endpoint: string; model: string };

/** What was left, by which benchmark, and when. */
export type Left<Value> = { value: Value; benchmark: string; at: string };

export type SharedReplies = {
  /** `outdated` where something was found that another model has given than answers now. */
  find(call: SharedCall): Promise<Left<ChatReply> | { outdated: RenamedModel } | null>;
  /** Keeps a reply that was paid now. @returns where another name answered before */
  keep(call: SharedCall, reply: ChatReply): Promise<RenamedModel | null>;
  /** Values of another kind than replies, by the first two rules. */
  findOther<Value>(kind: EntryKind<Value>, place: SharedPlace): Promise<Left<Value> | null>;
  keepOther<Value>(kind: EntryKind<Value>, place: SharedPlace, value: Value): Promise<void>;
};

/** In a journal that holds entries of runs, too, these are told apart by it. */
export const sharedPrefix = 'shared-';

const names: EntryKind<{ name: string }> = { name: 'answered-as', schema: z.object({ name: z.string() }) };
/** Where the last lane that was answered has left it. */
const Pointer = z.object({ lane: z.string(), benchmark: z.string() });

/** @param journal of these alone, or one for runs, too */
export function createSharedReplies(journal: Pick<Journal, 'readEntry' | 'writeEntry'>): SharedReplies {
  const entries = withoutUnknownKeys(journal);
  async function findOther<Value>(kind: EntryKind<Value>, place: SharedPlace): Promise<Left<Value> | null> {
    if (place.sharing.fresh) return null;
    const left = leftOf(kind);
    const own = await entries.readEntry(left, keyOf(place, laneOf(place)));
    if (own !== null) return own;
    const last = await entries.readEntry(pointerOf(kind), keyOf(place, ''));
    if (last === null || last.benchmark === place.sharing.benchmark) return null;
    const found = await entries.readEntry(left, keyOf(place, last.lane));
    // The next run of this lane finds it where it looks first.
    if (found !== null) await entries.writeEntry(left, keyOf(place, laneOf(place)), found);
    return found;
  }
  async function keepOther<Value>(kind: EntryKind<Value>, place: SharedPlace, value: Value): Promise<void> {
    const { benchmark } = place.sharing;
    const left = { value, benchmark, at: new Date().toISOString() };
    await entries.writeEntry(leftOf(kind), keyOf(place, laneOf(place)), left);
    await entries.writeEntry(pointerOf(kind), keyOf(place, ''), { lane: laneOf(place), benchmark });
  }
  const nameKey = ({ endpoint, model }: SharedCall) => journalKey(digest({ endpoint, model }), 'name');
  return {
    findOther,
    keepOther,
    async find(call) {
      const found = await findOther(replyKind, call);
      if (found === null) return null;
      const now = (await entries.readEntry(names, nameKey(call)))?.name ?? found.value.model;
      const before = found.value.model;
      return now === before ? found : { outdated: { asked: call.model, before, now } };
    },
    async keep(call, reply) {
      await keepOther(replyKind, call, reply);
      const before = (await entries.readEntry(names, nameKey(call)))?.name ?? null;
      if (before === reply.model) return null;
      await entries.writeEntry(names, nameKey(call), { name: reply.model });
      return before === null ? null : { asked: call.model, before, now: reply.model };
    },
  };
}

/** What was encrypted with a key that is gone is not there: it can be paid again. */
function withoutUnknownKeys(journal: Pick<Journal, 'readEntry' | 'writeEntry'>): typeof journal {
  return {
    writeEntry: (kind, key, value) => journal.writeEntry(kind, key, value),
    async readEntry(kind, key) {
      try {
        return await journal.readEntry(kind, key);
      } catch (error) {
        if (error instanceof EncryptionKeyUnknown) return null;
        throw error;
      }
    },
  };
}

function leftOf<Value>({ name, schema }: EntryKind<Value>): EntryKind<Left<Value>> {
  const left = z.object({ value: schema, benchmark: z.string(), at: z.iso.datetime() });
  return { name: `left ${name}`, schema: left as unknown as z.ZodType<Left<Value>> };
}

function pointerOf({ name }: EntryKind<unknown>): EntryKind<z.infer<typeof Pointer>> {
  return { name: `last ${name}`, schema: Pointer };
}

/** Two equal requests of one run are two places: each has its own stage, specialist and try. */
const laneOf = ({ sharing, scope }: SharedPlace): string => digest({ lane: sharing.lane, scope });

const keyOf = ({ hash, sharing }: SharedPlace, lane: string): JournalKey =>
  journalKey(hash, `${sharing.trial} ${lane}`);

function journalKey(hash: string, callKey: string): JournalKey {
  return { workflowId: '', runId: `${sharedPrefix}${hash}`, callKey, requestHash: hash };
}
