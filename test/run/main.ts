/** Runs every test, or those of the files that it is given: `npm run test:only [-- FILE...]`. */
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { globalSetup, globalTeardown } from '../support/global-setup.ts';
import { filesAlone, filesOf, groupNames } from './groups.ts';

const given = process.argv.slice(2);
/** The groups first: they take longest. */
const all = [...groupNames.map((group) => `test/run/${group}.ts`), ...filesAlone()];
/** Files whose process has not told of their end. */
const open = new Set(given.length > 0 ? [] : groupNames.flatMap(filesOf));

await globalSetup();
try {
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
