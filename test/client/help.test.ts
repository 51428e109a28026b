/** Help costs little: it loads neither Temporal nor a model's client, and names every exit code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../client/program.ts';
import { mainFile, runProgram, runSwitchyard, temporaryFolder } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';
import { join } from 'node:path';

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
  const { stdout } = await runInProcess(['--help']);
  for (const code of ['0', '1', '2', '130']) assert.match(stdout, new RegExp(`^ {2}${code} `, 'm'));
});

test('a command without anything shows the help and is a mistake', async () => {
  const end = await runInProcess([]);
  assert.equal(end.code, 2);
  assert.equal(end.stdout, '');
  assert.match(end.stderr, /^Usage: switchyard/);
});

type Listed = { path: string; command: Command };

/** Every command with those below it. */
function allCommands(command: Command, path: string): Listed[] {
  return [{ path, command }, ...command.commands.flatMap((each) => allCommands(each, `${path} ${each.name()}`))];
}

const commands = allCommands(createProgram(), 'switchyard');

test('former names are taken and not shown', () => {
  for (const { path, command } of commands) assert.doesNotMatch(command.helpInformation(), /--arm\b/m, path);
  for (const name of ['grade', 'label', 'signals', 'counterfactual'])
    assert.ok(
      commands.find(({ path }) => path === `switchyard ${name}`)?.command.options.some(({ long }) => long === '--arm'),
    );
});

test('every command has help and a version', async () => {
  assert.ok(commands.length > 35, `${commands.length} commands`);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  for (const { path, command } of commands) {
    assert.ok(command.helpInformation().startsWith(`Usage: ${path}`), path);
    assert.equal(command.version(), version, path);
  }
  // The first two are handed to programs of their own.
  for (const [name, run] of [
    ['worker', runSwitchyard],
    ['model', runSwitchyard],
    ['ask', runInProcess],
  ] as const) {
    const help = await run([name, '--help']);
    assert.match(help.stdout, new RegExp(`^Usage: switchyard ${name}`));
    assert.deepEqual([help.code, help.stderr], [0, '']);
    const told = await run([name, '--version']);
    assert.deepEqual([told.code, told.stdout, told.stderr], [0, `${version}\n`, '']);
  }
});

test('defaults are told in words, and one option has one placeholder wherever it stands', () => {
  const placeholders = new Map<string, Set<string>>();
  for (const { path, command } of commands) {
    const text = command.helpInformation().replace(/\s+/g, ' ');
    assert.doesNotMatch(text, /default: (\[|\{|false|true|\d+\.\d{3})/, path);
    for (const { long, flags } of command.options) {
      const placeholder = /<.*>/.exec(flags)?.[0] ?? '';
      placeholders.set(long ?? '', (placeholders.get(long ?? '') ?? new Set()).add(placeholder));
    }
  }
  // A number of runs or files, and an amount of money or tokens.
  assert.deepEqual(placeholders.get('--limit'), new Set(['<n>', '<amount>']));
  placeholders.delete('--limit');
  // A question of a dataset by its id, and the text of one.
  assert.deepEqual(placeholders.get('--question'), new Set(['<text>', '<id>']));
  placeholders.delete('--question');
  for (const [flag, forms] of placeholders) assert.equal(forms.size, 1, `${flag}: ${[...forms].join(', ')}`);
});

test('what a worker or a model is given and does not know is a mistake', async () => {
  for (const given of [
    ['worker', '--nope'],
    ['worker', 'nope'],
    ['model', '--nope'],
  ]) {
    const end = await runSwitchyard(given);
    assert.match(end.stderr, /^switchyard (worker|model): [^\n]*nope[^\n]*\n$/);
    assert.deepEqual([end.code, end.stdout], [2, '']);
  }
});

test('doctor parts every name from its value by two spaces', async () => {
  using folder = temporaryFolder();
  const env = { SWITCHYARD_HOME: join(folder.path, 'home'), SWITCHYARD_TEMPORAL_EXECUTABLE: join(folder.path, 'none') };
  const { stdout } = await runInProcess(['doctor'], { env });
  const names = stdout.split('\n').filter((line) => /^[A-Z_]+/.test(line));
  assert.ok(names.length > 30);
  const starts = names.map((line) => /^[A-Z_]+ {2,}/.exec(line)?.[0].length);
  assert.equal(new Set(starts).size, 1, stdout);
  assert.ok(starts[0] !== undefined);
});
