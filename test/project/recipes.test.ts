/** Recipes of CONTRIBUTING, applied to a copy of the checkout as they are written: then their commands pass. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkout } from '../support/temporal.ts';

const recipes = ['Add a tool', 'Add a failure kind'];
const copy = mkdtempSync(join(tmpdir(), 'switchyard-recipes-'));
const contributing = readFileSync(join(checkout, 'CONTRIBUTING.md'), 'utf8');

before(() => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '' && !file.startsWith('test/histories/'));
  for (const file of files) if (existsSync(join(checkout, file))) cpSync(join(checkout, file), join(copy, file));
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
});
after(() => rmSync(copy, { recursive: true, force: true }));

/** A fenced block, and the line before it, which says where it goes. */
type Block = { recipe: string; place: string; language: string; text: string };

/** A block may hold headings of its own. */
function allBlocks(): Block[] {
  let recipe = '';
  let place = '';
  return [...contributing.matchAll(/^(`{3,})(\w+)\n([\s\S]*?)^\1$|^(.+)$/gm)].flatMap(
    ({ 2: language, 3: text = '', 4: line = '' }) => {
      if (language !== undefined) return [{ recipe, place, language, text }];
      if (line.startsWith('## ')) recipe = line.slice('## '.length);
      place = line;
      return [];
    },
  );
}

/** @throws where the place is not the one line, or the new file, that it says */
function apply({ place, text }: Block): void {
  const [, where, file = '', how, line = ''] =
    /^(New file|At the end of|In) `([^`]+)`(?:, (after|in place of) the line `([^`]+)`)?:$/.exec(place) ?? [];
  assert.ok(where !== undefined, `"${place}" says where a block goes`);
  const path = join(copy, file);
  assert.equal(existsSync(path), where !== 'New file', `${file} exists, unless it is new`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, edited(path, file, text, { where, how, line }));
}

type How = { where: string; how: string | undefined; line: string };

function edited(path: string, file: string, text: string, { where, how, line }: How): string {
  if (where === 'New file') return text;
  const old = readFileSync(path, 'utf8');
  if (where === 'At the end of') return old + text;
  const lines = old.split('\n');
  const at = lines.flatMap((each, number) => (each.trim() === line ? [number] : []));
  assert.equal(at.length, 1, `${file} has the line "${line}" once`);
  const [first = 0] = at;
  lines.splice(how === 'after' ? first + 1 : first, how === 'after' ? 0 : 1, text.trimEnd());
  return lines.join('\n');
}

/** Both recipes first, then each command once: the type check is most of the time, so it shares no work between threads. */
test('the code blocks of both recipes can be applied, and every command that they name passes', () => {
  const blocks = allBlocks().filter(({ recipe }) => recipes.includes(recipe));
  const edits = blocks.filter(({ language }) => language !== 'sh');
  assert.ok(edits.length >= 10, 'the recipes have code');
  for (const edit of edits) apply(edit);
  const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
  assert.ok(commands.length >= 2 * recipes.length, 'the recipes have commands');
  const testFiles = commands.flatMap((command) => /^npx node --test (.+)$/.exec(command)?.[1]?.split(' ') ?? []);
  const others = new Set(commands.filter((command) => !command.startsWith('npx node --test ')));
  assert.deepEqual([...others], ['npm run types']);
  run('node_modules/.bin/tsc', ['--noEmit', '--singleThreaded'], { GOGC: '400' });
  run(process.execPath, ['--test', ...new Set(testFiles)]);
});

function run(program: string, given: readonly string[], settings: Record<string, string> = {}): void {
  // A test runner that is started by a test runner reports to it, and says nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, given, {
    cwd: copy,
    env: { ...env, ...settings },
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${program} ${given.join(' ')}\n${stdout}\n${stderr}`);
}
