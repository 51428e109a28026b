/** Where traces go: one port, and the sink that keeps nothing. */
import type { SentTrace } from '../contracts/trace.ts';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../lib/fs.ts';

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

/** @param folder absolute; made when it is needed */
export function createFileSink(folder: string): TraceSink {
  return {
    kind: 'file',
    /** Whole or not at all; sent again it is the same file. */
    async send({ spans, scores, ...trace }, { sent }) {
      if (sent >= spans.length) return;
      await mkdir(folder, { recursive: true });
      const lines = spans.map((span) =>
        JSON.stringify({ ...trace, ...span, ...(span.parentId === null ? { scores } : {}) }),
      );
      const file = join(folder, `${trace.traceId}.jsonl`);
      await replaceFile(file, `${lines.join('\n')}\n`);
    },
    holds: async ({ traceId }) => existsSync(join(folder, `${traceId}.jsonl`)),
    linkTemplate: async () => join(folder, '{traceId}.jsonl'),
  };
}
