/** Where traces go: one port, and the sink that keeps nothing. */
import { type Cipher, noCipher } from '../codecs/cipher.ts';
import type { SentTrace } from '../contracts/trace.ts';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { inFolder, replaceFile } from '../lib/fs.ts';

export type SendOptions = {
  signal: AbortSignal;
  /** Spans that an earlier attempt has sent already. */
  sent: number;
  /** Told of each part that has arrived, so that a later attempt goes on behind it. */
  onSent(spans: number): void;
};

export type TraceSink = {
  kind: 'langfuse' | 'file' | 'none';
  /**
   * Sends the whole trace, its root last.
   * @throws TraceRefused where sending it again would not help; Error where not all of it has arrived
   */
  send(trace: SentTrace, options: SendOptions): Promise<void>;
  /**
   * Whether the whole trace has arrived before; false where that cannot be told.
   * @param about a run that ended at `endMs`
   * @throws Error when nothing answers
   */
  holds(about: { traceId: string; endMs: number }, signal: AbortSignal): Promise<boolean>;
  /** Where a person finds a trace: `{traceId}` stands for its id. Null where there is no such place. */
  linkTemplate(): Promise<string | null>;
};

/** The sink is there, and does not take this trace. */
export class TraceRefused extends Error {
  override readonly name = 'TraceRefused';
}

export const noSink: TraceSink = {
  kind: 'none',
  send: async () => {},
  holds: async () => false,
  linkTemplate: async () => null,
};

/** @param template with `{traceId}` in it, as `linkTemplate` gives it; @returns the address of the trace, null without a template */
export function linkOf(template: string | null, traceId: string): string | null {
  return template === null ? null : template.replace('{traceId}', traceId);
}

// Keeps traces as files of JSON lines, one a trace and one line a span: traces exist with no server at all.

/** The whole text of each request is in it, most of which was in the one before: compressed, it is there once. */
const traceEnding = '.jsonl.zst';
/** The name of a trace's file; and of those before they were compressed, which go with their run. */
export const traceFileName = (traceId: string): string => `${traceId}${traceEnding}`;
export const traceFiles = /^([0-9a-f]{32})\.jsonl(\.zst)?$/;

const compress = promisify(zstdCompress);
const options = { params: { [constants.ZSTD_c_compressionLevel]: 6, [constants.ZSTD_c_checksumFlag]: 1 } };

/** @param folder absolute; made when it is needed @param cipher encrypts each file */
export function createFileSink(folder: string, cipher: Cipher = noCipher): TraceSink {
  return {
    kind: 'file',
    /** Whole or not at all; sent again it is the same file. */
    async send({ spans, scores, ...trace }, { sent }) {
      if (sent >= spans.length) return;
      const lines = spans.map((span) =>
        JSON.stringify({ ...trace, ...span, ...(span.parentId === null ? { scores } : {}) }),
      );
      const file = join(folder, traceFileName(trace.traceId));
      const bytes = cipher.seal(await compress(`${lines.join('\n')}\n`, options), true);
      await inFolder(folder, () => replaceFile(file, bytes));
    },
    holds: async ({ traceId }) => existsSync(join(folder, traceFileName(traceId))),
    linkTemplate: async () => join(folder, traceFileName('{traceId}')),
  };
}

/** The JSON lines of a trace's file. */
export async function readTraceFile(file: string, cipher: Cipher = noCipher): Promise<string> {
  return zstdDecompressSync(cipher.open(await readFile(file))).toString('utf8');
}
