/** Streams the single-parent commits of a clone with their messages and the files that each changed. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnGit } from '../../retrieval/snapshot/git-command.ts';

/** `status` is git's letter: M changed, A added, D deleted, T type changed. Renames are a D and an A. */
export type FileChange = { status: string; path: string };
export type HistoryCommit = { id: string; parent: string; message: string; changes: FileChange[] };

const recordMark = '\u0001';

/** The git directory of owner/name below `clones`, as `fetch` or `git clone` leave it; null where there is none. */
export function gitDirectoryOf(clones: string, repository: string): string | null {
  const folders = [repository.replace('/', '+'), repository.replace('/', '__'), repository].flatMap((name) => [
    join(clones, name, 'repo'),
    join(clones, name, '.git'),
    join(clones, name),
    join(clones, `${name}.git`),
  ]);
  return folders.find((folder) => existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))) ?? null;
}

/** Newest first. Commits without exactly one parent are left out. @throws Error with git's words when git fails */
export async function* readCommits(gitDirectory: string, head: string): AsyncGenerator<HistoryCommit> {
  const child = spawnGit([
    ...[`--git-dir=${gitDirectory}`, 'log', '-z', '--no-merges', '--name-status', '--no-renames', '--no-color'],
    ...['--no-ext-diff', '--no-textconv', '--format=%x01%H%x00%P%x00%B%x00', head, '--'],
  ]);
  child.stdin.end();
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 2000) complaint += text;
  });
  const closed = once(child, 'close');
  try {
    let rest = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      const records = `${rest}${text}`.split(`\0${recordMark}`);
      rest = records.pop() ?? '';
      for (const record of records) yield* parseRecord(record);
    }
    yield* parseRecord(rest);
  } finally {
    child.kill();
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`git cannot read the history of ${gitDirectory} from ${head}: ${complaint.trim()}`);
}

/** @param record `id, parents, message`, then status and path by turns, all parted by NULs */
export function parseRecord(record: string): HistoryCommit[] {
  const [marked = '', parent = '', message = '', ...fields] = record.split('\0');
  const id = marked.replace(recordMark, '').trim();
  if (!/^[0-9a-f]{40,64}$/.test(id) || !/^[0-9a-f]{40,64}$/.test(parent)) return [];
  const names = fields.map((field) => field.replace(/^\n+/, '')).filter((field) => field !== '');
  const changes: FileChange[] = [];
  for (let at = 0; at + 1 < names.length; at += 2) {
    changes.push({ status: (names[at] ?? '').slice(0, 1), path: names[at + 1] ?? '' });
  }
  return [{ id, parent, message, changes }];
}
