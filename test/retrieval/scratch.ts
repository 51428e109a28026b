/** Temporary folders, git repositories and retrievals for tests, all gone when the test ends. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { toolNames } from '../../contracts/names.ts';
import type { Snapshot, SnapshotRef } from '../../contracts/snapshot.ts';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';
import { openContent } from '../../retrieval/store/content-store.ts';
import { storedContent } from '../../retrieval/store/content-sweep.ts';
import { commitOfSnapshot } from '../../retrieval/snapshot/snapshot-source.ts';
import { retrievalThreads as threads } from '../support/retrieval-threads.ts';
import type { ToolRun } from '../../retrieval/tools/rendering.ts';
import { randomBits } from '../../lib/random.ts';

export const never = new AbortController().signal;

export function scratchFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-retrieval-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeFiles(root: string, files: Record<string, string | Buffer>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const settings = {
  ...{ 'user.name': 'Ada', 'user.email': 'ada@example.org', 'init.defaultBranch': 'main' },
  // Git tidies nothing up afterwards, and does not wait for the disk.
  ...{ 'maintenance.auto': 'false', 'gc.auto': '0', 'core.fsync': 'none' },
};
const configuration = Object.fromEntries([
  ['GIT_CONFIG_COUNT', String(Object.keys(settings).length)],
  ...Object.entries(settings).flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]),
]);

/** Runs a program in a folder, and git in it free of the settings of the machine. */
function runIn(folder: string, program: string, args: readonly string[]): string {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_ALLOW_PROTOCOL: 'file' };
  const options = { cwd: folder, env: { ...env, ...configuration }, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync(program, args, options).trim();
}

export function git(folder: string, ...args: string[]): string {
  return runIn(folder, 'git', args);
}

/** Checkouts to copy, by the names and contents of their files. */
const patterns = new Map<string, string>();
const patternFolder = mkdtempSync(join(tmpdir(), 'switchyard-checkouts-'));
process.once('exit', () => rmSync(patternFolder, { recursive: true, force: true }));

/**
 * A checkout with one commit of these files, and of those that the folder already holds; returns its folder. In a new
 * folder it is a copy of one that was made before, which takes a twentieth of the time: their commits have the same id.
 */
export function gitRepository(folder: string, files: Record<string, string | Buffer>): string {
  if (existsSync(folder)) return makeRepository(folder, files);
  const key = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  const pattern = patterns.get(key) ?? makeRepository(join(patternFolder, key), files);
  patterns.set(key, pattern);
  cpSync(pattern, folder, { recursive: true });
  return folder;
}

function makeRepository(folder: string, files: Record<string, string | Buffer>): string {
  writeFiles(folder, files);
  mkdirSync(folder, { recursive: true });
  runIn(folder, 'sh', ['-c', `git init --quiet --template= && ${committing}`, 'sh', 'first']);
  return folder;
}

/** In one shell: to start a process from this one, which is large, takes longer than git does. */
const committing = 'git add --all --force && git commit --quiet --message "$1"';

export function commitAll(folder: string, subject: string): string {
  runIn(folder, 'sh', ['-c', committing, 'sh', subject]);
  return folder;
}

/** The commit that a snapshot's id begins with. */
export function commitOf({ id }: SnapshotRef): string | undefined {
  return commitOfSnapshot(id)?.commit;
}

export function scratchRetrieval(t: TestContext, dataDirectory: string): Retrieval {
  const retrieval = createRetrieval({ dataDirectory, threads });
  t.after(() => retrieval.close());
  return retrieval;
}

export function openPath(retrieval: Retrieval, path: string, ref?: string): Promise<Snapshot> {
  return retrieval.open({ kind: 'path', path, ...(ref === undefined ? {} : { ref }) }, { signal: never });
}

/** As if pieces of content had been stored so long ago; all unless some are named. */
export function makeContentOld(directory: string, ageMs: number, ids?: readonly string[]): void {
  using database = openContent(directory, 10_000);
  const set = database.prepare('UPDATE piece SET stored_ms = ? WHERE hex(id) = upper(?)');
  for (const id of ids ?? storedContent(directory)) set.run(Date.now() - ageMs, id);
}

/** Runs a tool with every tool allowed. */
export function runTool(retrieval: Retrieval, ref: SnapshotRef, tool: string, args: unknown): Promise<ToolRun> {
  const argumentsText = typeof args === 'string' ? args : JSON.stringify(args);
  return retrieval.runTool(ref, { callId: 'call', tool, argumentsText }, toolNames, never);
}

export async function listPaths(retrieval: Retrieval, ref: SnapshotRef): Promise<string[]> {
  const { text } = await runTool(retrieval, ref, 'list_files', {});
  return text.split('\n').filter((line) => !line.startsWith('note: '));
}

/** Everything that a store says about a snapshot, free of row numbers. */
export function storeContent(dataDirectory: string, ref: SnapshotRef): unknown {
  // The last process to close a store has it for itself for a moment.
  const options = { readOnly: true, timeout: 10_000 };
  const store = new DatabaseSync(join(dataDirectory, 'index', `${ref.repositoryKey}.sqlite`), options);
  const files = `snapshot JOIN snapshot_file ON snapshot_file.snapshot = snapshot.number JOIN file ON file.id = snapshot_file.file`;
  const all = (sql: string) => store.prepare(sql).all();
  try {
    return {
      snapshots: all('SELECT id, kind, label, state, skipped FROM snapshot ORDER BY id'),
      files: all(`SELECT path, oid, text, indexed FROM ${files} JOIN blob ON blob.id = file.blob ORDER BY path`),
      chunks: all(
        `SELECT path, first, last, symbol FROM ${files} JOIN chunk ON chunk.file = file.id ORDER BY path, first`,
      ),
      definitions: all(
        `SELECT path, line, name FROM ${files} JOIN definition ON definition.file = file.id ORDER BY path, line`,
      ),
      references: all(
        `SELECT path, name, reference.kind, count, line FROM ${files} JOIN reference ON reference.file = file.id
         ORDER BY path, name, reference.kind`,
      ),
      imports: all(
        `SELECT path, specifier FROM ${files} JOIN import ON import.file = file.id ORDER BY path, specifier`,
      ),
      words: all(`
        SELECT file.path, first, round(bm25(chunk_words), 6) AS score FROM chunk_words('return OR value OR function')
        JOIN chunk ON chunk.id = chunk_words.rowid JOIN file ON file.id = chunk.file ORDER BY file.path, first`),
      leftOver: all('SELECT count(*) AS chunks FROM chunk WHERE file NOT IN (SELECT id FROM file)'),
    };
  } finally {
    store.close();
  }
}

/** Source-like files, the same for the same seed; `megabytes` of text in files of about 20 kB. */
export function syntheticSource(root: string, megabytes: number, seed: number): string {
  const nouns =
    'route reply request hook plugin schema server parser logger socket buffer stream token cache queue'.split(' ');
  const bits = randomBits(seed);
  const next = (below: number) => bits() % below;
  const noun = () => nouns[next(nouns.length)] ?? 'thing';
  const name = () => `${noun()}${noun().replace(/^./, (first) => first.toUpperCase())}${next(9000)}`;
  for (let file = 0; file * 20_000 < megabytes * 1_000_000; file += 1) {
    let text = '';
    while (text.length < 20_000) {
      const [one, two] = [name(), name()];
      text += `/** Returns the ${noun()} of a ${noun()}. */\nexport function ${one} (${two}, value) {\n`;
      for (let line = next(12); line >= 0; line -= 1)
        text += `  const ${name()} = ${two}.${name()}(value, '${noun()}')\n`;
      text += `  return ${two}\n}\n\n`;
    }
    writeFiles(root, { [`src/${noun()}/file${file}.js`]: text });
  }
  return root;
}
