/**
 * Keeps what the tools of a turn gave, before the model is asked: a tool that runs again may give other bytes, as after a
 * deadline or with another embedding, and then the reply to what it gave first would not be found and be bought again.
 *
 * 1. What is found under a call of a run is what was kept there last, whole, or nothing.
 * 2. Once `write` has returned, it survives a kill of the process. The texts themselves are in the content store.
 */
import { z } from 'zod';
import type { JournalKey } from '../../contracts/model/journal-key.ts';
import { ToolResult } from '../../contracts/tools.ts';
import { SpanRecord } from '../../contracts/trace.ts';
import type { EntryKind, Journal } from '../../models/journal.ts';

/** Names a model call of a run. */
export type CallKey = Omit<JournalKey, 'requestHash'>;

const KeptResults = z.object({ results: z.array(ToolResult), spans: z.array(SpanRecord) });
/** Results in the order of the requests, and how they came about. */
export type KeptResults = z.infer<typeof KeptResults>;

const kind: EntryKind<KeptResults> = { name: 'tools', schema: KeptResults };

export type TurnResults = {
  read(key: CallKey): Promise<KeptResults | null>;
  write(key: CallKey, kept: KeptResults): Promise<void>;
};

/** The results of turns among the entries of a journal. @returns `read` gives null where nothing whole was kept */
export function createTurnResults(journal: Pick<Journal, 'readEntry' | 'writeEntry'>): TurnResults {
  // There is one turn before a call, and its results are no part of a request yet.
  const entryOf = (key: CallKey): JournalKey => ({ ...key, requestHash: '' });
  return {
    read: (key) => journal.readEntry(kind, entryOf(key)),
    write: (key, kept) => journal.writeEntry(kind, entryOf(key), kept),
  };
}
