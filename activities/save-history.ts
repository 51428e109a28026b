/** Keeps a run's history, compressed, beside the run log, so that it outlives the server's retention. */
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);
/** File systems take 255 bytes. */
const mostCharacters = 200;

/** @returns the file's path relative to the benchmark's folder */
export async function saveHistory(folder: string, workflowId: string, history: unknown): Promise<string> {
  const path = historyPath(workflowId);
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, await compress(JSON.stringify(history)));
  await rename(unfinished, file);
  return path;
}

/** An id that is long, or has more than plain characters, gets a hash: two ids never share a file. */
export function historyPath(workflowId: string): string {
  const parts = workflowId.split('/');
  const name = parts.join('_').replace(/[^A-Za-z0-9._-]/g, '-');
  const plain = parts.length === 4 && parts.every((part) => /^[A-Za-z0-9.-]+$/.test(part));
  if (plain && name.length <= mostCharacters) return `histories/${name}.json.gz`;
  const hash = createHash('sha256').update(workflowId).digest('hex').slice(0, 16);
  return `histories/${name.slice(0, mostCharacters)}-${hash}.json.gz`;
}
