/**
 * Keeps what the tools of a turn gave, before the model is asked: a tool that runs again may give other bytes, as after a
 * deadline or with another embedding, and then the reply to what it gave first would not be found and be bought again.
 *
 * 1. What is found under a call of a run is what was kept there last, whole, or nothing.
 * 2. Once `write` has returned, it survives a kill of the process. The texts themselves are in the content store.
 * 3. Entries lie among those of the journal, under names of their form, and go with them.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { JournalKey } from '../../contracts/agent-calls.ts';
import { ToolResult } from '../../contracts/tools.ts';
import { SpanRecord } from '../../contracts/trace.ts';
import { replaceFile } from '../../lib/fs.ts';

/** Names a model call of a run. */
export type CallKey = Omit<JournalKey, 'requestHash'>;

const KeptResults = z.object({ results: z.array(ToolResult), spans: z.array(SpanRecord) });
/** Results in the order of the requests, and how they came about. */
export type KeptResults = z.infer<typeof KeptResults>;

export type TurnResults = {
  read(key: CallKey): Promise<KeptResults | null>;
  write(key: CallKey, kept: KeptResults): Promise<void>;
};

const Entry = z.object({ version: z.literal(1), key: JournalKey, kept: KeptResults });

/** @param directory the journal's */
export function createTurnResults(directory: string): TurnResults {
  return {
    async read(key) {
      const { path, name } = entryOf(directory, key);
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      const { success, data } = Entry.safeParse(text === null ? null : parsed(text));
      return success && nameOf(data.key) === nameOf(name) ? data.kept : null;
    },
    async write(key, kept) {
      const { path, name } = entryOf(directory, key);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await replaceFile(path, JSON.stringify({ version: 1, key: name, kept }), { mode: 0o600 });
    },
  };
}

function entryOf(directory: string, { workflowId, runId, callKey }: CallKey): { path: string; name: JournalKey } {
  const name = { workflowId, runId, callKey, requestHash: 'tools' };
  const digest = createHash('sha256').update(nameOf(name)).digest('hex');
  return { path: join(directory, `${digest}.json`), name };
}

const nameOf = ({ workflowId, runId, callKey, requestHash }: JournalKey): string =>
  JSON.stringify([workflowId, runId, callKey, requestHash]);

/** What is damaged is no entry. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
