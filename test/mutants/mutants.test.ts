import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { build, type Mutant } from './build.ts';
import { bundledSwitch, writeSettings } from './bundled-switch.ts';
import { isEquivalent, outdated } from './equivalents.ts';
import { groups } from './groups.ts';
import { killMutants, observeTests } from './kill.ts';
import { mutantsOf } from './mutators.ts';
import { withMutants } from './schemata.ts';
import { readScores, recordScores, reportsOf, textOf } from './scores.ts';

const changes = (source: string) =>
  mutantsOf(source).map(({ original, replacement }) => `${original} -> ${replacement}`);

for (const [source, ...expected] of [
  ['const f = (a: number) => a < 3;', 'a < 3 -> a <= 3', 'a < 3 -> a >= 3', '3 -> 4'],
  ['const f = (a: number) => (a === b ? c : d);', 'a === b -> true', 'a === b -> false'],
  ['const f = (a: boolean) => a && (b || c);', 'a && (b || c) -> a || (b || c)', 'b || c -> b && c'],
  ['const f = (a?: number) => a ?? b ?? c;', 'a ?? b ?? c -> (a ?? b) && (c)', 'a ?? b -> (a) && (b)'],
  ['const f = (a: number) => (a + b) * -c;', '(a + b) * -c -> (a + b) / -c', 'a + b -> a - b', '-c -> c'],
  ['const f = (a: A) => a?.b?.[c];', 'a?.b?.[c] -> a?.b[c]', 'a?.b?.[c] -> a.b?.[c]'],
  ['const f = async (a: A) => await a;', 'await a -> a'],
  ['function f(): void {\n  a.b(c);\n}', '{…} -> {}', 'a.b(c) -> undefined'],
  ["const f = () => ['x', 'two words'];", "['x', 'two words'] -> []", "'x' -> ''"],
  ['const f = (a: A[]) => a.some(b);', 'a.some(b) -> a.every(b)'],
  ['const f = (a: A[]) => a.filter(b);', 'a.filter(b) -> a'],
  ['const f = (a: number) => a.toLocaleString(a.valueOf(a.constructor(b)));'],
  ["const f = () => { throw new Error(a + 'x' + 1); };", '{…} -> {}'],
  ["const schema = { type: 'object', required: ['a'], strict: true };"],
  ['import a from "./a.ts";\nexport type B = 1 | "x";'],
] as const) {
  test(`the mutants of ${JSON.stringify(source)}`, () => {
    assert.deepEqual(changes(source).toSorted(), expected.toSorted());
  });
}

test('a mutant has the place where it stands in the TypeScript', () => {
  const [mutant] = mutantsOf('const a: number = 0;\nfunction f(b: number): boolean {\n  return b > a;\n}').slice(-2);
  assert.deepEqual([mutant?.line, mutant?.column, mutant?.original], [3, 10, 'b > a']);
});

test('a text with all mutants does what the source does, and with one active what that one does', () => {
  const source =
    'const f = (a: number): number => { let sum = 0; for (let at = 0; at < a; at += 1) sum += at + 2; return sum; };';
  const mutants = mutantsOf(source);
  for (const style of ['call', 'compare'] as const) {
    const [text = ''] = withMutants(source, mutants, { first: 1, switchFrom: 'x', style }).split('\nimport');
    const f = new Function('__mutant__', '__round__', `${text} return f;`);
    const answers = [0, ...mutants.keys().map((at) => at + 1)].map((active) => {
      let rounds = 0;
      const __mutant__ = Object.assign((id: number) => id === active, { active });
      const round = () => {
        rounds += 1;
        if (rounds > 100) throw new Error('endless');
      };
      try {
        return f(__mutant__, round)(4) as number;
      } catch {
        return 'endless';
      }
    });
    assert.equal(answers[0], 14);
    assert.equal(answers.slice(1).filter((answer) => answer === 14).length, 0, answers.join());
    assert.ok(answers.includes('endless'));
  }
});

/** A project of one file and its tests, which leave one mutant alive and make one loop endless. */
function project(tests: string) {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-mutants-test-'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(root, 'code.ts'),
    'const limit: number = 3;\nexport const capped = (n: number): number => (n > limit ? limit : n);\nexport function idle(): number {\n  return 1;\n}\nexport function count(n: number): number {\n  let at = 0;\n  while (at < n) at += 1;\n  return at;\n}\n',
  );
  const test_ = join(root, 'code.test.ts');
  writeFileSync(
    test_,
    `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { capped, count } from './code.ts';\n${tests}`,
  );
  return { root, tests: [test_], [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

async function scoresOf({ root, tests }: { root: string; tests: string[] }) {
  const folder = join(root, 'built');
  const { mutants } = await build(root, ['code.ts'], folder, { equivalents: [], workflows: false });
  const setting = {
    folder,
    root,
    jobs: 1,
    leftOut: ['slow'],
    say: () => {},
  };
  const results = await killMutants(mutants, await observeTests(tests, setting), setting);
  const named = ({ original, replacement }: Mutant) => `${original} -> ${replacement}`;
  return {
    results,
    survivors: results.filter(({ killedBy }) => killedBy === null).map(({ mutant }) => named(mutant)),
    why: (name: string) => results.find(({ mutant }) => named(mutant) === name)?.killedBy?.why,
  };
}

const good =
  "test('capped', () => { assert.equal(capped(9), 3); assert.equal(capped(1), 1); });\ntest('count', () => assert.deepEqual([count(0), count(3)], [0, 3]));\n";

/** Measured once for the tests that read it. */
let scores: Awaited<ReturnType<typeof scoresOf>>;
before(async () => {
  using small = project(good);
  scores = await scoresOf(small);
});

test('tests kill what they notice; what none reaches, and what changes nothing, survives', () => {
  const { survivors, why, results } = scores;
  // At the limit both sides are the limit: equivalent. `idle` is never called.
  assert.deepEqual(survivors.toSorted(), ['1 -> 2', 'n > limit -> n >= limit', '{…} -> {}']);
  assert.match(why('at += 1 -> at -= 1') ?? '', /rounds of loops/);
  assert.match(why('3 -> 4') ?? '', /AssertionError|Expected/);
  assert.equal(results.find(({ mutant }) => mutant.line === 4)?.tests, 0);
});

test('a test that fails without a mutant ends the measurement; one that is left out does not run', async () => {
  using broken = project("test('broken', () => assert.equal(capped(1), 2));\n");
  await assert.rejects(scoresOf(broken), /code\.test\.ts fails: broken/);
  using unloadable = project("throw new Error('no such export');\n");
  await assert.rejects(scoresOf(unloadable), /code\.test\.ts cannot be loaded: Error: no such export/);
  using left = project(`${good}test('slow', () => assert.fail());\n`);
  assert.equal((await scoresOf(left)).survivors.length, 3);
});

test('a file that cannot be loaded beside another one kills no mutant: nothing is measured', async () => {
  using small = project(good);
  const other = join(small.root, 'other.test.ts');
  const alone = "if ('loaded' in globalThis) throw new Error('loaded twice');\nglobalThis.loaded = 1;\n";
  const reads =
    "import { test } from 'node:test';\nimport { idle } from './code.ts';\ntest('idle', () => { idle(); });\n";
  writeFileSync(other, reads + alone);
  writeFileSync(join(small.root, 'third.test.ts'), reads + alone);
  await assert.rejects(
    scoresOf({ root: small.root, tests: [...small.tests, other, join(small.root, 'third.test.ts')] }),
    /cannot be loaded beside each other.*loaded twice/,
  );
});

test('a score that fell is named, one that rose or is new is not, and recording keeps the other files', (t) => {
  const { results } = scores;
  const [all, killed] = [results.length, results.length - 3];
  const fell = (committed: Record<string, { killed: number; all: number }>) =>
    reportsOf(['code.ts'], results, committed).some((report) => report.fell);
  assert.equal(fell({}), false);
  assert.equal(fell({ 'code.ts': { killed, all } }), false);
  assert.equal(fell({ 'code.ts': { killed: killed - 1, all } }), false);
  assert.equal(fell({ 'code.ts': { killed: killed + 1, all } }), true);
  assert.match(
    textOf(reportsOf(['code.ts'], results, { 'code.ts': { killed: all, all } })),
    /FELL from .*\(100\.0 %\)/,
  );
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-scores-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'scores.json');
  writeFileSync(path, '{"z.ts": {"killed": 1, "all": 2}}');
  recordScores(path, reportsOf(['code.ts'], results, {}));
  assert.deepEqual(readScores(path), { 'code.ts': { killed, all }, 'z.ts': { killed: 1, all: 2 } });
});

test('an equivalent mutant is known by its line and change, counts for nothing, and is named once it is gone', () => {
  const known = {
    file: 'a.ts',
    line: 'return a > b;',
    original: 'a > b',
    replacement: 'a >= b',
    reason: 'a is never b',
  };
  const mutant = { file: 'a.ts', original: 'a > b', replacement: 'a >= b' };
  assert.equal(isEquivalent(mutant, '  return a > b;', [known]), true);
  assert.equal(isEquivalent(mutant, '  if (a > b) c();', [known]), false);
  assert.deepEqual(outdated([known], [mutant], ['a.ts']), []);
  assert.deepEqual(outdated([known], [], ['a.ts']), [known]);
  assert.deepEqual(outdated([known], [], ['b.ts']), []);
  const { results } = scores;
  const marked = results.map((each) => ({ ...each, mutant: { ...each.mutant, equivalent: each.killedBy === null } }));
  const [report] = reportsOf(['code.ts'], marked, {});
  assert.deepEqual([report?.all, report?.killed, report?.equivalent], [results.length - 3, results.length - 3, 3]);
});

test('each workflow of a bundle has the mutant that is active as it begins, and ends a loop that would not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-switch-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const report = join(folder, 'reached');
  const source = `${bundledSwitch(folder).replaceAll('export function', 'function')} return [__mutant__, __round__];`;
  const begin = () => new Function(source)() as [(id: number) => boolean, () => void];
  writeSettings(folder, { active: 2, most: 3, report: '' });
  const [isActive, round] = begin();
  writeSettings(folder, { active: 0, most: 3, report });
  const [isNone] = begin();
  assert.deepEqual([1, 2].map(isActive), [false, true]);
  assert.deepEqual([1, 2, 2].map(isNone), [false, false, false]);
  assert.equal(readFileSync(report, 'utf8'), '1\n2\n');
  for (let rounds = 0; rounds < 3; rounds += 1) round();
  assert.throws(round, /would never end/);
});

test('the committed scores are of files that exist, and a wrong argument ends with 2', () => {
  const checkout = join(import.meta.dirname, '../..');
  const committed = readScores(join(import.meta.dirname, 'scores.json'));
  for (const file of Object.keys(committed)) assert.ok(readFileSync(join(checkout, file), 'utf8').length > 0);
  const run = (...args: string[]) =>
    spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), ...args],
      {
        encoding: 'utf8',
      },
    );
  const wrong = run('contracts/chat.ts');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /contracts\/chat\.ts: no file with mutants/);
  assert.equal(run('--sample', 'x').status, 2);
  assert.equal(run('--record', '--sample', '5').status, 2);
  assert.equal(run('--help').status, 0);
});

test('what is left out of a group is a file or a test of it: another name would leave out nothing', () => {
  const root = join(import.meta.dirname, '../..');
  for (const { name, tests, leftOut } of groups) {
    const files = globSync([...tests], { cwd: root });
    assert.ok(files.length > 0, name);
    const sources = files.map((file) => readFileSync(join(root, file), 'utf8'));
    const gone = leftOut.filter((each) => !files.includes(each) && !sources.some((text) => text.includes(`'${each}'`)));
    assert.deepEqual(gone, [], name);
  }
});
