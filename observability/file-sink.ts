/** Keeps traces as files of JSON lines, one a trace and one line a span: traces exist with no server at all. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TraceSink } from './trace-sink.ts';
import { replaceFile } from '../lib/fs.ts';

/** @param folder absolute; made when it is needed */
export function createFileSink(folder: string): TraceSink {
  return {
    kind: 'file',
    /** Whole or not at all; sent again it is the same file. */
    async send({ spans, scores, ...trace }) {
      await mkdir(folder, { recursive: true });
      const lines = spans.map((span) =>
        JSON.stringify({ ...trace, ...span, ...(span.parentId === null ? { scores } : {}) }),
      );
      const file = join(folder, `${trace.traceId}.jsonl`);
      await replaceFile(file, `${lines.join('\n')}\n`);
    },
    linkTemplate: async () => join(folder, '{traceId}.jsonl'),
  };
}
