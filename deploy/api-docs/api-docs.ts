/** Command (`npm run docs:api [-- FOLDER]`): writes the documentation of every entry of the package to `dist/api` or another folder, as HTML. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');
const target = resolve(process.argv[2] ?? join(root, 'dist/api'));
const typedoc = join(here, 'node_modules/typedoc/bin/typedoc');

if (!existsSync(typedoc)) {
  const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', install, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
}
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string }>;
};
/** The sources of the entries; of `./contracts/*`, those that the documents name. */
const sources = Object.entries(entries).flatMap(([name, entry]) =>
  typeof entry === 'string' || name.includes('*')
    ? []
    : [entry.types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts')],
);
const contracts = ['run', 'run-log', 'pipeline'].map((name) => `contracts/${name}.ts`);
execFileSync(
  process.execPath,
  [typedoc, '--options', join(here, 'typedoc.json'), '--out', target, ...sources, ...contracts],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
