/** One entry of a journal: its form, how it is kept, and by what it is found. Pure. */
import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import type { Cipher } from '../codecs/cipher.ts';
import { EncryptionKeyUnknown } from '../codecs/failures.ts';
import { ChatReply, type ChatRequest } from '../contracts/chat.ts';
import { CallAbout, JournalKey } from '../contracts/model/journal-key.ts';

/** What is kept under a call's key beside its reply: values of another kind never meet under one key. */
export type EntryKind<Value> = { name: string; schema: z.ZodType<Value> };

export const replyKind: EntryKind<ChatReply> = { name: 'reply', schema: ChatReply };

const Entry = z.object({
  version: z.literal(2),
  kind: z.string(),
  key: JournalKey,
  /** When it was written. */
  atMs: z.number(),
  value: z.unknown(),
  about: CallAbout.exactOptional(),
});
export type Entry = z.infer<typeof Entry>;

/** The last value of that kind under exactly that key; null where there is none of its shape. */
export function valueAmong<Value>(
  entries: readonly Entry[],
  { name, schema }: EntryKind<Value>,
  key: JournalKey,
): Value | null {
  const wanted = canonical(keyParts(key));
  const found = entries.findLast((entry) => entry.kind === name && canonical(entry.key) === wanted);
  const value = schema.safeParse(found?.value);
  return value.success ? value.data : null;
}

/** An entry as it is found by its run; `about` is absent where an earlier version has written it. */
export type RunEntry<Value> = Omit<Entry, 'version' | 'kind' | 'value'> & { value: Value };

/** All of that kind and run: the last value of each key, in the order in which the keys came. */
export function runEntriesAmong<Value>(
  entries: readonly Entry[],
  { name, schema }: EntryKind<Value>,
  { workflowId, runId }: Pick<JournalKey, 'workflowId' | 'runId'>,
): RunEntry<Value>[] {
  const found = new Map<string, RunEntry<Value>>();
  for (const { kind, key, atMs, value, about } of entries) {
    if (kind !== name || key.workflowId !== workflowId || key.runId !== runId) continue;
    const read = schema.safeParse(value);
    const entry = read.success ? { key, atMs, value: read.data, ...(about === undefined ? {} : { about }) } : null;
    if (entry !== null) found.set(canonical(keyParts(key)), entry);
  }
  return [...found.values()];
}

const evidence = { path: 'lib/', firstLine: 109, lastLine: 120, blob: '', symbol: '', score: 28.35 };
const result = { callId: 'call_', tool: 'find_symbol', status: 'ok', content: '', renderer: 3, bytes: 275, cut: false };
const times = { request: 0, startMs: 1796045292000, endMs: 1796045293000, attempt: 1, level: 'DEFAULT', output: '' };
const usage = { inputTokens: 4274, cachedInputTokens: 0, outputTokens: 130, reasoningTokens: 0, costUsd: 0 };
const citation = { path: 'docs/', first_line: 138, last_line: 143, quote: '' };
const draft = { answer: '', citations: [citation], confidence: 0.7, insufficient: false, gaps: [] };
const searchCall = { id: 'call_', name: 'search_code', argumentsText: '{"query":"","path":"src/","limit":3}' };
const linesCall = { id: 'call_', name: 'read_lines', argumentsText: '{"path":"","first_line":1,"last_line":80}' };
const example = { version: 2, key: { workflowId: 'ask-', runId: '01a2', callKey: 'call-1', requestHash: '' } };

/**
 * What entries have in common, so that each is compressed as if it followed another: a third smaller than by itself. It never
 * changes: an entry is read with what it was written with. Those of versions before were written with nothing, as are those
 * of a Node whose zstd takes no dictionary, and are read with it as well.
 */
const dictionary = Buffer.from(
  [
    '0123456789abcdef',
    { logprobs: [{ token: 'docs', logprob: -0.006 }], top: [{ token: 'debug', logprob: -5.4 }] },
    { token: 'general', logprob: -6.9 },
    { ...example, atMs: 1796045290000, kind: 'tools', value: { results: [{ ...result, evidence: [evidence] }] } },
    { ...result, tool: 'read_lines', cut: true, evidence: [evidence] },
    { spans: [{ key: '4#1/tool-0', name: 'search_docs', type: 'tool', ...times }], turn: '' },
    { text: JSON.stringify({ accepted: true, reasons: [] }) },
    { scope: { stage: 'routing' } },
    { scope: { stage: 'gate', specialist: 'docs', try: 1 } },
    { ...example, atMs: 1796045290000, kind: 'reply', value: { text: JSON.stringify(draft), toolCalls: [linesCall] } },
    { text: '', toolCalls: [searchCall], finishReason: 'tool_calls', logprobs: null },
    { toolCalls: [], finishReason: 'stop', logprobs: null, model: '', usage: { modelCalls: 1, ...usage } },
    { about: { scope: { stage: 'specialist', specialist: 'code', try: 1 }, model: '', endpoint: '' } },
  ]
    .map((part) => JSON.stringify(part))
    .join(''),
);
const compression = { dictionary, params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** An entry as it is kept: compressed, and encrypted where the cipher is on. */
export function packedEntry({ key, ...kept }: Pick<Entry, 'kind' | 'key' | 'value' | 'about'>, cipher: Cipher): Buffer {
  const entry = { version: 2, key: keyParts(key), atMs: Date.now(), ...kept } satisfies Entry;
  return Buffer.from(cipher.seal(zstdCompressSync(JSON.stringify(entry), compression), true));
}

/** Null for what is no whole entry. @throws EncryptionKeyUnknown */
export function unpackedEntry(packed: Uint8Array, cipher: Cipher): Entry | null {
  try {
    const bytes = cipher.open(packed);
    return Entry.parse(JSON.parse(zstdDecompressSync(bytes, { dictionary }).toString('utf8')));
  } catch (error) {
    if (error instanceof EncryptionKeyUnknown) throw error;
    return null;
  }
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

/** The four parts alone, so that a wider object names the same entry. */
function keyParts({ workflowId, runId, callKey, requestHash: hash }: JournalKey): JournalKey {
  return { workflowId, runId, callKey, requestHash: hash };
}

/** SHA-256 (hex) of kind and key, by which an entry is found. */
export function fullMarkOf(kind: string, key: JournalKey): string {
  return digest({ kind, key: keyParts(key) });
}

/** SHA-256 (hex) of a value as canonical JSON. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** A copy: a function that `JSON.stringify` calls for each value takes several times as long. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const parts = value as Record<string, unknown>;
  const names = Object.keys(parts).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(parts[name])]));
}
