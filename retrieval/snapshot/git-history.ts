/** Reads the recent commits before a snapshot and the files that each touched, once, so that no one needs git later. */
import { spawnGit } from './git-command.ts';

/** How far back history is kept. */
export const historyCommits = 1000;
const recordMark = '\u0001';
const historyMilliseconds = 20_000;

export type Commit = { id: string; date: string; author: string; subject: string; paths: string[] };

/**
 * Newest first, at most 1,000. Paths are relative to `prefix`; merges name none. Where git needs longer than 20 s
 * (a huge or damaged repository), what it gave until then is returned.
 */
export async function readHistory(gitDirectory: string, commit: string, prefix: string): Promise<Commit[]> {
  const args = [
    ...['log', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-show-signature'],
    ...['--no-color', `--max-count=${historyCommits}`, '--format=%x01%H%x00%aI%x00%an%x00%s', commit],
    ...['--', ...(prefix === '' ? [] : [prefix])],
  ];
  const child = spawnGit([`--git-dir=${gitDirectory}`, ...args], { timeout: historyMilliseconds });
  child.stdin.end();
  child.stderr.resume();
  let text = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    text += part;
    if (text.length > 50_000_000) child.kill();
  }
  return parseHistory(text, prefix);
}

/** @param text records of `\x01id, date, author, subject`, then paths, each ended by NUL */
function parseHistory(text: string, prefix: string): Commit[] {
  const commits: Commit[] = [];
  const fields = text.split('\0');
  for (let at = 0; at < fields.length; at += 1) {
    const field = (fields[at] ?? '').replace(/^\n/, '');
    const id = field.startsWith(recordMark) ? /^([0-9a-f]{40,64})$/.exec(field.slice(1))?.[1] : undefined;
    if (id !== undefined) {
      const [date = '', author = '', subject = ''] = fields.slice(at + 1, at + 4);
      commits.push({ id, date, author, subject, paths: [] });
      at += 3;
    } else if (field !== '' && field.startsWith(prefix)) {
      commits.at(-1)?.paths.push(field.slice(prefix.length));
    }
  }
  return commits;
}
