/**
 * Keeps what the tools of a turn gave, before the model is asked: a tool that runs again may give other bytes, as after a
 * deadline or with another embedding, and then the reply to what it gave first would not be found and be bought again.
 *
 * 1. What is found under a call of a run is what was kept there last, whole, or nothing.
 * 2. Once `write` has returned, it survives a kill of the process. The texts themselves are in the content store.
 */
import { z } from 'zod';
import type { JournalKey } from '../../contracts/model/journal-key.ts';
import { ContentId } from '../../contracts/snapshot.ts';
import { ToolResult } from '../../contracts/tools.ts';
import { SpanRecord } from '../../contracts/trace.ts';
import type { Journal } from '../../models/journal.ts';
import type { EntryKind } from '../../models/journal-entry.ts';

/** Names a model call of a run. */
export type CallKey = Omit<JournalKey, 'requestHash'>;

const KeptResults = z.object({
  results: z.array(ToolResult),
  spans: z.array(SpanRecord),
  /** That has asked for them: a fork of the run finds them by it. */
  turn: ContentId.exactOptional(),
});
/** Results in the order of the requests, and how they came about. */
export type KeptResults = z.infer<typeof KeptResults>;

export const turnKind: EntryKind<KeptResults> = { name: 'tools', schema: KeptResults };

/** Of a tool that ran as a step of its own: under the activity's id, and the hash of what it was asked. */
export const stepKind: EntryKind<ToolResult> = { name: 'tool', schema: ToolResult };

export type TurnResults = {
  read(key: CallKey): Promise<KeptResults | null>;
  write(key: CallKey, kept: KeptResults): Promise<void>;
  readStep(key: JournalKey): Promise<ToolResult | null>;
  writeStep(key: JournalKey, result: ToolResult): Promise<void>;
  /** How many other steps of the run have asked the same. */
  stepsLike(key: JournalKey): Promise<number>;
};

/** The results of turns among the entries of a journal. @returns `read` gives null where nothing whole was kept */
export function createTurnResults(journal: Pick<Journal, 'readEntry' | 'writeEntry' | 'ofRun'>): TurnResults {
  // There is one turn before a call, and its results are no part of a request yet.
  const entryOf = (key: CallKey): JournalKey => ({ ...key, requestHash: '' });
  return {
    read: (key) => journal.readEntry(turnKind, entryOf(key)),
    write: (key, kept) => journal.writeEntry(turnKind, entryOf(key), kept),
    readStep: (key) => journal.readEntry(stepKind, key),
    writeStep: (key, result) => journal.writeEntry(stepKind, key, result),
    async stepsLike({ callKey, requestHash, ...run }) {
      const steps = await journal.ofRun(stepKind, run);
      return steps.filter(({ key }) => key.requestHash === requestHash && key.callKey !== callKey).length;
    },
  };
}
