import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainFile, runProgram } from './run-command.ts';

/** Writes to stderr, at the end of a process, which files it has loaded, and which parts of Node. */
const listing = `
  import { registerHooks } from 'node:module';
  const urls = [];
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  process.on('exit', () => process.stderr.write(JSON.stringify({ urls, parts: process.moduleLoadList })));
`;
const hook = `data:text/javascript,${encodeURIComponent(listing)}`;

async function loadedBy(args: readonly string[]) {
  const given = ['--import', hook, mainFile, ...args];
  const { code, stderr } = await runProgram(process.execPath, given);
  assert.equal(code, 0, stderr);
  const { urls, parts } = JSON.parse(stderr) as { urls: string[]; parts: string[] };
  const files = urls.filter((url) => url.startsWith('file:'));
  const packages = files.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  return { own: files.filter((url) => !url.includes('/node_modules/')), packages: [...new Set(packages)], parts };
}

test('help loads the names of the commands alone, and from the second time on no compiler', async () => {
  await loadedBy(['--help']);
  const { own, packages, parts } = await loadedBy(['--help']);
  const others = own.filter((url) => !url.includes('/client/commands/'));
  assert.ok(others.length <= 24, `${others.length} files of ours beside the commands: ${others.join(' ')}`);
  assert.deepEqual(packages.toSorted(), ['commander', 'picocolors']);
  const compiler = parts.filter((part) => part.includes('amaro'));
  assert.deepEqual(compiler, []);
});

test('a command that speaks no HTTP of its own does not load the client for it', async () => {
  const { parts } = await loadedBy(['pipeline', 'check', 'orchestrated']);
  const clients = parts.filter((part) => part.includes('undici'));
  assert.deepEqual(clients, []);
});
