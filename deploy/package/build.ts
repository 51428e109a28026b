/**
 * Command (`npm run build [-- FOLDER [OPTION...]]`): compiles what the npm package holds into `dist` or another folder, and
 * copies the data beside it. The options are the compiler's.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '../..');
const [given = join(root, 'dist'), ...options] = process.argv.slice(2);
const target = resolve(given);
/** What measurements and fitting read, and nothing that answers. */
const measured = /^(offline-model\/router\/heldout.*|datasets\/packages)\.jsonl$/;

/** Its folders are those of the package. */
const { include } = readJson<{ include: string[] }>('deploy/package/tsconfig.json');
const { bin } = readJson<{ bin: { tsc: string } }>('node_modules/typescript/package.json');

rmSync(target, { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript', bin.tsc);
const project = ['--project', import.meta.dirname, '--outDir', target];
execFileSync(process.execPath, [compiler, ...project, ...options], { stdio: 'inherit' });
for (const folder of include.map((path) => path.replace('../../', '')))
  for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    const path = `${folder}/${file}`;
    if (/\.(json|jsonl|md|txt|wasm)$|^serve\/page\/assets\//.test(path) && !measured.test(path))
      cpSync(join(root, path), join(target, path));
  }

function readJson<Shape>(path: string): Shape {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Shape;
}
