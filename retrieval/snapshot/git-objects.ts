/** Reads a commit's tree and blobs straight from git's object store, never from the working copy. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RepositoryUnusable } from '../failures.ts';
import { gitComplaint, spawnGit } from './git-command.ts';

/** One row of a tree. `size` is in bytes; null for what is no blob. */
export type TreeEntry = { mode: string; blob: string; size: number | null; path: string };

/** Every entry below `prefix`, with paths relative to it, in git's order. */
export async function* readTree(gitDirectory: string, commit: string, prefix: string): AsyncGenerator<TreeEntry> {
  const tree = `${commit}:${prefix.replace(/\/$/, '')}`;
  const child = spawnGit([`--git-dir=${gitDirectory}`, 'ls-tree', '-r', '-z', '--long', '--full-tree', tree]);
  child.stdin.end();
  const complaint = collectText(child.stderr);
  const closed = once(child, 'close');
  let rest = '';
  try {
    for await (const text of child.stdout.setEncoding('utf8')) {
      const rows = (rest + text).split('\0');
      rest = rows.pop() ?? '';
      for (const row of rows) yield parseRow(row);
    }
  } finally {
    child.kill();
  }
  const [code] = await closed;
  if (code !== 0) {
    const output = { code, stdout: '', stderr: await complaint };
    throw new RepositoryUnusable(`git cannot list the files of ${commit.slice(0, 12)}: ${gitComplaint(output)}`);
  }
}

function parseRow(row: string): TreeEntry {
  const tab = row.indexOf('\t');
  const [mode = '', , blob = '', size = ''] = row.slice(0, tab).split(/ +/);
  return { mode, blob, size: /^\d+$/.test(size) ? Number(size) : null, path: row.slice(tab + 1) };
}

/** The bytes of each blob, in the order given; null where the repository lacks one (a partial clone). */
export async function* readBlobs(gitDirectory: string, blobs: readonly string[]): AsyncGenerator<Buffer | null> {
  const child = spawnGit([`--git-dir=${gitDirectory}`, 'cat-file', '--batch']);
  const complaint = collectText(child.stderr);
  // Its failure shows below as output that ends early.
  const fed = pipeline(Readable.from(inLines(blobs)), child.stdin).catch(() => undefined);
  try {
    const output = byteReader(child.stdout);
    for (let at = 0; at < blobs.length; at += 1) {
      const header = await output.line();
      if (header === null) {
        const stderr = await complaint;
        throw new RepositoryUnusable(`git stopped while reading: ${gitComplaint({ code: 1, stdout: '', stderr })}`);
      }
      const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(header)?.[1];
      yield size === undefined ? null : await output.bytes(Number(size));
      if (size !== undefined) await output.bytes(1);
    }
    await fed;
  } finally {
    child.kill();
  }
}

function* inLines(blobs: readonly string[]): Generator<string> {
  for (let at = 0; at < blobs.length; at += 500) yield `${blobs.slice(at, at + 500).join('\n')}\n`;
}

async function collectText(stream: Readable): Promise<string> {
  let text = '';
  for await (const part of stream.setEncoding('utf8')) if (text.length < 10_000) text += part;
  return text;
}

/** Pulls lines and counted bytes from a stream. */
function byteReader(stream: Readable) {
  const parts: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async () => {
    const next = await parts.next();
    if (next.done) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const take = (length: number) => {
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
  return {
    async line(): Promise<string | null> {
      let end = held.indexOf(10);
      while (end < 0) {
        if (!(await more())) return null;
        end = held.indexOf(10);
      }
      return take(end + 1).toString('utf8', 0, end);
    },
    async bytes(length: number): Promise<Buffer> {
      while (held.length < length) {
        if (!(await more())) throw new RepositoryUnusable('git stopped in the middle of a file: run git fsck on it');
      }
      return take(length);
    },
  };
}
