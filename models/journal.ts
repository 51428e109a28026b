/**
 * Keeps paid replies on disk until their activity is known to have completed, so that a crash does not pay twice.
 *
 * 1. A reply is found only by the run, the call and the request that it was paid for. An entry that is damaged, or under a
 *    name that is not its own, is no entry.
 * 2. An entry is there as a whole or not at all: it is written beside its place and renamed.
 * 3. Once `write` has returned, the entry survives a kill of the process, though not a failure of the machine.
 * 4. Under one key the last write stands; two processes may write at once.
 * 5. Entries are kept for 91 days, longer than any run is open, unfinished ones for an hour. No file is removed that is not the journal's.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { JournalKey } from '../contracts/agent-calls.ts';
import { ChatReply, type ChatRequest } from '../contracts/chat.ts';
import { replaceFile } from '../lib/fs.ts';

export interface ReplyJournal {
  /** Null when there is no whole entry under exactly this key. */
  read(key: JournalKey): Promise<ChatReply | null>;
  /** On return the reply survives a kill of the process. */
  write(key: JournalKey, reply: ChatReply): Promise<void>;
}

const Entry = z.object({ version: z.literal(1), key: JournalKey, reply: ChatReply });

const dayMs = 24 * 60 * 60 * 1000;
/** Longer than any run can be open (`backstop` in contracts/names.ts): until then an entry may be asked for. */
const keepMs = 91 * dayMs;
/** A write takes milliseconds: a temporary file of an hour ago was left by a kill. */
const keepTemporaryMs = 60 * 60 * 1000;

/**
 * A journal of one file a key. Entries hold what models said about private code: only the owner may read them.
 * @param directory made when it is missing.
 */
export function createFileJournal(directory: string): ReplyJournal & {
  /** Removes entries older than 91 days; returns how many. `switchyard gc` removes those of ended runs earlier. */
  prune(): Promise<number>;
} {
  const path = (key: JournalKey): string => join(directory, `${digest(keyParts(key))}.json`);
  return {
    read: (key) => readEntry(path(key), key),
    async write(key, reply) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const entry = JSON.stringify({ version: 1, key: keyParts(key), reply });
      // Not flushed: what is written survives a kill of the process as it is, and waiting for the disk would widen the
      // time in which a kill loses a paid reply.
      await replaceFile(path(key), entry, { mode: 0o600 });
    },
    prune: () => pruneFolder(directory, Date.now()),
  };
}

/**
 * SHA-256 (hex) of a request to an endpoint as canonical JSON: equal requests have one hash, whatever the order of their
 * keys.
 * @param request before a budget has lowered its limit, with the model's name as it is sent
 * @param endpoint what else decides which model answers, see `ActivityDependencies`
 */
export function requestHash(request: ChatRequest & { model: string }, endpoint: string): string {
  return digest({ endpoint, request });
}

async function readEntry(path: string, key: JournalKey): Promise<ChatReply | null> {
  const text = await readFile(path, 'utf8').catch(whenMissing(null));
  if (text === null) return null;
  const entry = Entry.safeParse(parsed(text));
  const ours = entry.success && canonical(entry.data.key) === canonical(keyParts(key));
  return ours ? entry.data.reply : null;
}

async function pruneFolder(directory: string, nowMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(directory).catch(whenMissing<string[]>([]))) {
    if (!/^[0-9a-f]{64}\.json(\.[0-9a-f-]+\.tmp)?$/.test(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(whenMissing(null));
    const keep = name.endsWith('.tmp') ? keepTemporaryMs : keepMs;
    if (found === null || nowMs - found.mtimeMs <= keep) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

/** The four parts alone, so that a wider object names the same entry. */
function keyParts({ workflowId, runId, callKey, requestHash: hash }: JournalKey): JournalKey {
  return { workflowId, runId, callKey, requestHash: hash };
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function whenMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
