/** The peers' tools over a repository that is held in memory: plain scans, as a first version of such a tool does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env.BENCH_REPOSITORY ?? '.';
const wanted = /\.(go|py|ts|js|md|rst|txt|toml|c|h)$/;
const files = new Map<string, string>();
readFolder('');

function readFolder(folder: string): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && wanted.test(entry.name)) files.set(path, readFileSync(join(root, path), 'utf8'));
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') readFolder(path);
  }
}

/** The lines of a file with their numbers. @param args as the model gave them */
export function readPlace({ path, first_line, last_line }: Record<string, unknown>): string {
  const lines = (files.get(String(path)) ?? '').split('\n');
  const first = Number(first_line ?? 1);
  const shown = lines.slice(first - 1, Number(last_line ?? first + 59));
  return shown.map((text, at) => `${first + at}: ${text}`).join('\n');
}

/** The beginnings of the eight files that hold most of the words. */
export function searchFiles(query: string): string {
  const words = query.toLowerCase().match(/\w{3,}/g) ?? [];
  const scored = [...files].map(([path, text]) => ({
    path,
    text,
    score: words.filter((word) => text.includes(word)).length,
  }));
  const best = scored.sort((a, b) => b.score - a.score).slice(0, 8);
  const shown = best.map(({ path, text }) => `## ${path}\n${text.split('\n').slice(0, 20).join('\n')}`);
  return shown.join('\n\n').slice(0, 12_000);
}

/** Whether the quoted words stand in the lines that are cited. */
export function showsQuote(citation: { path: string; first_line: number; last_line: number; quote: string }): boolean {
  const lines = (files.get(citation.path) ?? '').split('\n');
  return lines
    .slice(citation.first_line - 1, citation.last_line)
    .join('\n')
    .includes(citation.quote);
}
