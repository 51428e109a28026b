/** Help costs little: it loads neither Temporal nor a model's client, and names every exit code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainFile, runProgram, runSwitchyard } from './run-command.ts';

const tellModules = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ resolve(specifier, context, next) {
    const found = next(specifier, context);
    process.stderr.write('loads ' + found.url + '\\n');
    return found;
  } });`)}`;

for (const given of [['--help'], ['ask', '--help'], ['runs', 'show', '--help']])
  test(`${given.join(' ')} loads neither Temporal nor openai nor zod`, async () => {
    const end = await runProgram(process.execPath, ['--import', tellModules, mainFile, ...given]);
    assert.equal(end.code, 0);
    assert.match(end.stdout, /^Usage: switchyard/);
    assert.match(end.stderr, /loads .*\/commander\//);
    assert.match(end.stderr, /loads .*\/client\/commands\/runs\/ask\.ts/);
    assert.doesNotMatch(end.stderr, /loads .*node_modules\/(@temporalio|openai|zod|listr2)\//);
  });

test('help says what each exit code means', async () => {
  const { stdout } = await runSwitchyard(['--help']);
  for (const code of ['0', '1', '2', '130']) assert.match(stdout, new RegExp(`^ {2}${code} `, 'm'));
});

test('a command without anything shows the help and is a mistake', async () => {
  const end = await runSwitchyard([]);
  assert.equal(end.code, 2);
  assert.equal(end.stdout, '');
  assert.match(end.stderr, /^Usage: switchyard/);
});
