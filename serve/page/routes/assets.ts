/** The one stylesheet and the one script, the same for everybody. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageHandler } from '../page-parts.ts';

const kinds = {
  style: { files: ['frame.css', 'forms.css', 'content.css'], type: 'text/css; charset=utf-8' },
  script: { files: ['page.js'], type: 'text/javascript; charset=utf-8' },
} as const;

/** Read once. A browser asks again after some minutes, so that it has what the running version needs. */
export function asset(kind: keyof typeof kinds): PageHandler {
  const { files, type } = kinds[kind];
  const text = files.map((file) => readFileSync(join(import.meta.dirname, '../assets', file), 'utf8')).join('\n');
  const headers = { 'content-type': type, 'cache-control': 'private, max-age=300' };
  return async () => new Response(text, { headers });
}
