/** Runs every test, or those of the files that it is given: `npm run test:only [-- FILE...]`. */
import { execFile } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { promisify } from 'node:util';
import { globalSetup, globalTeardown } from '../support/global-setup.ts';
import { filesAlone, filesOf, groupNames } from './groups.ts';

const given = process.argv.slice(2);
/** The groups first: they take longest. */
const all = [...groupNames.map((group) => `test/run/${group}.ts`), ...filesAlone()];
/** Files whose process has not told of their end. */
const open = new Set(given.length > 0 ? [] : groupNames.flatMap(filesOf));

/** In a fresh checkout nothing is compiled, and Node keeps what it compiles at the end of a process: many begin at once here. */
async function fillCompileCache(): Promise<void> {
  const modules = ['./worker/create-worker.ts', './application/index.ts'].flatMap((module) => ['--import', module]);
  await promisify(execFile)(process.execPath, [...modules, '--eval', '']);
}

await globalSetup();
try {
  if (given.length === 0) await fillCompileCache();
  const events = run({
    files: given.length > 0 ? given : all,
    concurrency: 4,
    execArgv: ['--test-timeout=300000', '--import=./test/support/end-hung-file.ts'],
  });
  events.on('test:complete', ({ name, nesting }) => {
    if (nesting === 0) open.delete(name);
  });
  events.on('test:fail', () => {
    process.exitCode = 1;
  });
  await pipeline(events, new spec(), process.stdout, { end: false });
} finally {
  await globalTeardown();
}
// To Node, a process that ends in order but too early has not failed.
if (open.size > 0) {
  process.stderr.write(`did not run to the end: ${[...open].join(', ')}\n`);
  process.exitCode = 1;
}
