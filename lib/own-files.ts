/**
 * Where the files of this copy of Switchyard are. A checkout runs its TypeScript as it lies there; the npm package runs what
 * `tsc` made of it (`npm run build`), in a folder `dist` with the same folders below it. Whoever names one of our modules by
 * its path (a thread, a child process, the entry of a bundle) asks here, so that the file that runs is the one that exists.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ending = extname(import.meta.filename);

/** Whether this is the npm package, and no checkout. */
export const isPackaged = ending === '.js';

/** The folder that holds `client/`, `worker/`, `pipelines/` and the others. */
export const codeFolder = dirname(import.meta.dirname);

/** The folder that holds package.json and `docs/`. */
export const packageFolder = isPackaged ? dirname(codeFolder) : codeFolder;

/** @param module path below the code folder, without its ending: `worker/main` */
export function moduleFile(module: string): string {
  return join(codeFolder, `${module}${ending}`);
}

/** The same as a URL, which threads and `--import` take. */
export function moduleUrl(module: string): string {
  return pathToFileURL(moduleFile(module)).href;
}

/** A document as a person here can open it: in a checkout by its path there, as everywhere in messages; else by the whole one. */
export function shownDocument(path: string): string {
  return isPackaged ? join(packageFolder, path) : path;
}

/** The version in package.json. */
export function packageVersion(): string {
  const manifest = readFileSync(join(packageFolder, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * All that code in these folders is made of, as it runs here, in an order that is always the same: what a hash of the code
 * takes. Declarations of types are no part of it.
 * @param folders below the code folder
 */
export function* sourcesIn(folders: readonly string[], root: string = codeFolder): Generator<[name: string, Buffer]> {
  for (const folder of folders) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => isSource(name)).sort())
      yield [`${folder}/${file}`, readFileSync(join(root, folder, file))];
  }
}

function isSource(name: string): boolean {
  return /\.(ts|js|json|jsonl|txt)$/.test(name) && !name.endsWith('.d.ts');
}

const known = new Map<string, string>();

/** SHA-256 (hex) of the sources in folders of ours as they were when this process first asked, and of whatever else counts. */
export function fingerprintOf(folders: readonly string[], ...more: (string | Buffer)[]): string {
  const asked = JSON.stringify([folders, more.map(String)]);
  const fingerprint = known.get(asked) ?? readFingerprint(folders, more);
  known.set(asked, fingerprint);
  return fingerprint;
}

function readFingerprint(folders: readonly string[], more: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  const add = (name: string, content: string | Buffer) => hash.update(`${name}\n${content.length}\n`).update(content);
  for (const [at, content] of more.entries()) add(String(at), content);
  for (const [name, content] of sourcesIn(folders)) add(name, content);
  return hash.digest('hex');
}
