/** Reads recent commits with the lines that each added to source files, as far back as a question could be about. */
import type { CommitChanges } from '../../contracts/evaluation/question-making.ts';
import { spawnGit } from '../snapshot/git-command.ts';
import type { CommitSource } from '../snapshot/snapshot-source.ts';

/** How far back, and how long and how much git may write. */
const commits = 600;
const milliseconds = 60_000;
const mostCharacters = 40_000_000;
const recordMark = '\u0001';

/**
 * Newest first, without merges. Where git needs too long or writes too much, what it gave until then is returned. Paths are
 * relative to the source's folder.
 */
export async function readChanges(
  { gitDirectory, commit, prefix }: CommitSource,
  signal: AbortSignal,
): Promise<CommitChanges[]> {
  const args = [
    ...['log', '--patch', '--unified=0', '--no-merges', '--no-renames', '--no-ext-diff', '--no-textconv'],
    ...['--no-show-signature', '--no-color', `--max-count=${commits}`, '--format=%x01%H%x00%B%x00', commit],
    ...['--', ...(prefix === '' ? [] : [prefix])],
  ];
  const child = spawnGit([`--git-dir=${gitDirectory}`, ...args], { timeout: milliseconds, signal });
  child.on('error', () => {}); // the signal's; it is thrown below
  child.stdin.end();
  child.stderr.resume();
  let text = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    text += part;
    if (text.length > mostCharacters) child.kill();
  }
  signal.throwIfAborted();
  return text
    .split(recordMark)
    .flatMap((record) => parseChanges(record))
    .map((one) => ({ ...one, files: one.files.flatMap((file) => under(prefix, file)) }));
}

function under(prefix: string, file: CommitChanges['files'][number]): CommitChanges['files'] {
  return file.path.startsWith(prefix) ? [{ ...file, path: file.path.slice(prefix.length) }] : [];
}

/** @param record `id NUL message NUL patch` */
export function parseChanges(record: string): CommitChanges[] {
  const [id = '', message = '', ...rest] = record.split('\0');
  if (!/^[0-9a-f]{40,64}$/.test(id)) return [];
  const files: CommitChanges['files'] = [];
  for (const part of rest
    .join('\0')
    .split(/^diff --git /m)
    .slice(1)) {
    const path = /^\+\+\+ b\/(.+)$/m.exec(part)?.[1] ?? /^--- a\/(.+)$/m.exec(part)?.[1];
    if (path === undefined) continue;
    const status = /^new file mode/m.test(part) ? 'A' : /^deleted file mode/m.test(part) ? 'D' : 'M';
    const added = part.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++ '));
    files.push({ path, status, added: added.map((line) => line.slice(1)) });
  }
  return [{ id, message, files }];
}
