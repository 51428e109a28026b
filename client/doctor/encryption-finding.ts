/** What of a data directory is encrypted, what is still in the clear, and what others of this machine may read. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf } from '../../codecs/cipher.ts';
import { isSealedLine } from '../../codecs/sealed-line.ts';
import type { Config } from '../../config/config.ts';
import { type DataPaths, dataPaths } from '../../config/data-paths.ts';
import { piecesInTheClear } from '../../retrieval/store/content-sweep.ts';
import { type Finding, later, missing, ok } from './finding.ts';

/** One finding about encryption, and one about files that others may read, where there are any. */
export function encryptionFindings(config: Config): Finding[] {
  const paths = dataPaths(config.dataDirectory, config.indexDirectory);
  return [encryptionFinding(config, paths), ...openFilesFinding(paths)];
}

const name = 'encryption';

function encryptionFinding({ encryption }: Config, paths: DataPaths): Finding {
  const known = new Set(encryption.keys.map(({ id }) => id));
  const { clear, unknownKeys } = filesSeen(paths, known);
  const [first] = encryption.keys;
  if (unknownKeys.size > 0) {
    const ids = [...unknownKeys].join(', ');
    return missing(
      name,
      `files are encrypted with keys that are not configured: ${ids}`,
      'add them to the file of SWITCHYARD_ENCRYPTION_KEYS',
    );
  }
  if (first === undefined) return ok(name, 'off');
  const what = `on, with the key "${first.id}"; source text in ${paths.index} and ${paths.clones} stays in the clear, because search needs it`;
  const pieces = piecesInTheClear(paths.content);
  if (clear + pieces === 0) return ok(name, what);
  return later(
    name,
    `${what}; from before, ${clear} files and ${pieces} pieces of content are still in the clear`,
    'switchyard gc removes what no run needs any more; benchmarks go with bench delete',
  );
}

type Seen = { clear: number; unknownKeys: Set<string> };

/** Files that hold words of questions, answers or prompts, by their first bytes. */
function filesSeen({ traces, benchmarks, memory, journal }: DataPaths, known: ReadonlySet<string>): Seen {
  const seen: Seen = { clear: 0, unknownKeys: new Set() };
  const note = (bytes: Uint8Array) => {
    const id = keyIdOf(bytes);
    if (id === null) seen.clear += 1;
    else if (!known.has(id)) seen.unknownKeys.add(id);
  };
  for (const file of [...filesBelow(traces), ...filesBelow(benchmarks), ...filesBelow(memory)]) {
    const first = beginningOf(file);
    // What SQLite keeps of a run log is what its export holds.
    if (first.length === 0 || /\.sqlite|-journal$/.test(file)) continue;
    const text = first.toString('utf8');
    note(isSealedLine(text) ? Buffer.from(/"sealed":"([A-Za-z0-9+/]*)/.exec(text)?.[1] ?? '', 'base64') : first);
  }
  for (const file of filesBelow(journal)) {
    const first = beginningOf(file);
    if (first.length > 0) note(Buffer.from(first.toString('latin1').trimStart().split(/[ \n]/)[1] ?? '', 'base64'));
  }
  return seen;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** More than the header of what is encrypted, in base64. */
const beginningBytes = 300;

function beginningOf(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(beginningBytes);
    return bytes.subarray(0, readSync(handle, bytes));
  } finally {
    closeSync(handle);
  }
}

function openFilesFinding({ dataDirectory, index, clones }: DataPaths): Finding[] {
  if (process.platform === 'win32' || !existsSync(dataDirectory)) return [];
  const isOpen = (path: string) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
  // Nobody gets past a folder that is closed, whatever lies in it.
  // Those below the data directory are behind it.
  const folders = [dataDirectory, ...[index, clones].filter((path) => !path.startsWith(dataDirectory))].filter(
    (path) => existsSync(path) && isOpen(path),
  );
  if (folders.length === 0) return [];
  const remedy = `chmod -R go-rwx ${folders.join(' ')}`;
  return [missing('data directory', `others of this machine may read in ${folders.join(', ')}`, remedy)];
}
