/** What each finder makes of a few lines, and what it leaves alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mentions, said } from '../../harness/graders/wording.ts';
import { defines, facts, found } from './found-in.ts';

test('a definition is asked for by what its comment says, whatever the language', async () => {
  const js =
    '/**\n * Returns the share of words that two texts have in common.\n * @param a one\n */\nfunction overlapOf(a, b) {\n  return 1;\n}\n';
  const py =
    'def escape_rest(value):\n    """Make a value safe for the markup of a terminal.\n\n    More.\n    """\n    return value\n';
  const go =
    '// MergeRules combines the rules of two parents into one list.\nfunc MergeRules(a, b []Rule) []Rule {\n\treturn nil\n}\n';
  const all = await found([
    { path: 'a.js', text: js, definitions: [defines('overlapOf', 'function', 5, 7)] },
    { path: 'b.py', text: py, definitions: [defines('escape_rest', 'function', 1, 6)] },
    { path: 'c.go', text: go, definitions: [defines('MergeRules', 'function', 2, 4)] },
  ]);
  assert.deepEqual(
    all.map(({ question }) => question),
    [
      'Which function or method returns the share of words that two texts have in common?',
      'Which function or method makes a value safe for the markup of a terminal?',
      'Which function or method combines the rules of two parents into one list?',
    ],
  );
  assert.deepEqual(all.map(facts), [[['overlapOf']], [['escape_rest']], [['MergeRules']]]);
  assert.deepEqual(all[0]?.places, [{ path: 'a.js', lines: [1, 7] }]);
});

test('a name that is defined twice is not asked for by its comment', async () => {
  const text = '// Returns the share of words that two texts have in common.\nfunction overlapOf() {\n}\n';
  const twice = ['a.js', 'b.js'].map((path) => ({ path, text, definitions: [defines('overlapOf', 'function', 2, 3)] }));
  assert.deepEqual(await found(twice), []);
});

test('an error is asked for as a person sees it, with who raises it and what was checked', async () => {
  const text =
    'function readPort(value) {\n  if (isReserved(value)) {\n    throw new RangeError("Port {value} belongs to the system");\n  }\n}\n';
  const [only, ...others] = await found([{ path: 'a.js', text, definitions: [defines('readPort', 'function', 1, 5)] }]);
  assert.equal(
    only?.question,
    'We get this error: "Port foo belongs to the system". Which function or method raises it, and what does it check before?',
  );
  assert.deepEqual(facts(only), [['readPort'], ['isReserved']]);
  assert.equal(only?.route, 'debug');
  assert.deepEqual(others, []);
});

test('a message ends where what is filled in begins', async () => {
  const text =
    'def check(given):\n    if given.loose:\n        raise ValueError("The lamps have no such wick: " + ", ".join(given.loose))\n';
  const [only] = await found([{ path: 'a.py', text, definitions: [defines('check', 'function', 1, 3)] }]);
  assert.match(only?.question ?? '', /^We get this error: "The lamps have no such wick"\./);
});

test('a call that is told with its argument is asked for the argument, and half a sentence is not asked', async () => {
  const text = [
    '## Storms',
    '',
    'To keep the flame of a lantern alive, use `@lantern(shield=True)`.',
    '',
    'To allow the keeper to sleep when needed we use the `bell()` function.',
  ].join('\n');
  const definitions = [defines('Storms', 'heading', 1, 5)];
  const all = await found([{ path: 'docs/a.md', class: 'docs', text, definitions }]);
  assert.deepEqual(
    all.map((one) => [one.question, facts(one)]),
    [['In the documentation on “Storms”: what does one use to keep the flame of a lantern alive?', [['shield']]]],
  );
});

test('a message that is raised in two places is not asked about', async () => {
  const text =
    'function one() {\n  throw new Error("nothing of that kind is here");\n}\nfunction two() {\n  throw new Error("nothing of that kind is here");\n}\n';
  const definitions = [defines('one', 'function', 1, 3), defines('two', 'function', 4, 6)];
  assert.deepEqual(await found([{ path: 'a.js', text, definitions }]), []);
});

test('a method that other classes have, too, is asked for with its class', async () => {
  const text =
    'class Cup {\n  fill() {\n    throw new Error("the cup has a hole in it");\n  }\n}\nclass Jug {\n  fill() {}\n}\n';
  const definitions = [
    defines('Cup', 'class', 1, 5),
    defines('fill', 'method', 2, 4),
    defines('Jug', 'class', 6, 8),
    defines('fill', 'method', 7, 7),
  ];
  const [only] = await found([{ path: 'a.js', text, definitions }]);
  assert.match(only?.question ?? '', /method of which class raises it/);
  assert.deepEqual(facts(only), [['fill'], ['Cup']]);
});

test('of several methods with one name, the expected lines are those of the method that encloses the place', async () => {
  const classOf = (name: string, body: string) => `class ${name} {\n  fill() {\n    ${body}\n  }\n}\n`;
  const names = ['Cup', 'Jug', 'Mug', 'Pot', 'Vat'];
  const text = names
    .map((name) => classOf(name, name === 'Vat' ? 'throw new Error("the vat has a hole in it");' : ''))
    .join('');
  const definitions = names.flatMap((name, at) => [
    defines(name, 'class', 5 * at + 1, 5 * at + 5),
    defines('fill', 'method', 5 * at + 2, 5 * at + 4),
  ]);
  const [only] = await found([{ path: 'a.js', text, definitions }]);
  assert.deepEqual(facts(only), [['fill'], ['Vat']]);
  assert.deepEqual(
    only?.places.map(({ lines }) => lines),
    [
      [23, 24],
      [22, 22],
      [21, 21],
    ],
  );
});

test('documents are asked from the other end: a list, a table, a default, a task', async () => {
  const text = [
    '## Timeouts',
    '',
    '- `drainTime`: Sets how long open requests may take after a stop. Defaults to `9000`.',
    '',
    '| name | what |',
    '| --- | --- |',
    '| `hardStop` | ends the process without waiting for open requests |',
    '',
    'To see what is still open, call `listOpen()`.',
  ].join('\n');
  const all = await found([
    { path: 'docs/a.md', class: 'docs', text, definitions: [defines('Timeouts', 'heading', 1, 9)] },
  ]);
  assert.deepEqual(
    all.map((one) => [one.question, facts(one)]),
    [
      [
        'In the documentation on “Timeouts”, what sets how long open requests may take after a stop, and what is its default?',
        [['drainTime'], ['9000']],
      ],
      ['In the documentation on “Timeouts”, what ends the process without waiting for open requests?', [['hardStop']]],
      ['In the documentation on “Timeouts”: what does one use to see what is still open?', [['listOpen']]],
    ],
  );
});

test('options of a command line, and constants with a value that tells something', async () => {
  const text = [
    'program.option("--grace <s>", "wait so many seconds for open requests");',
    'export const maxOpenRequests = 2_500;',
    'const minCount = 1;',
  ].join('\n');
  const all = await found([{ path: 'a.js', text }]);
  assert.deepEqual(
    all.map((one) => [one.question, facts(one)]),
    [
      ['Which command-line option does one give to wait so many seconds for open requests?', [['--grace']]],
      ['What value does the code set for the max open requests?', [['2_500', '2500', '2,500']]],
    ],
  );
});

test('a function that is called in one place is asked for its caller; one that is called twice, or by a name as common as run, is not', async () => {
  const text =
    'function heatWater() {\n}\nfunction makeTea() {\n  heatWater();\n}\nfunction cleanUp() {\n}\nfunction closeShop() {\n  cleanUp();\n  cleanUp();\n}\nfunction dryOff() {\n}\nfunction run() {\n  dryOff();\n}\n';
  const definitions = [
    defines('heatWater', 'function', 1, 2),
    defines('makeTea', 'function', 3, 5),
    defines('cleanUp', 'function', 6, 7),
    defines('closeShop', 'function', 8, 11),
    defines('dryOff', 'function', 12, 13),
    defines('run', 'function', 14, 16),
  ];
  const all = await found([{ path: 'a.js', text, definitions }]);
  assert.deepEqual(
    all.map((one) => [one.question, facts(one)]),
    [['From which function or method does the code call `heatWater`?', [['makeTea']]]],
  );
});

test('a test is asked for the one function of the code that it exercises', async () => {
  const files = [
    { path: 'a.js', text: 'function squeezeWater() {\n}\n', definitions: [defines('squeezeWater', 'function', 1, 2)] },
    {
      path: 'test/a.test.js',
      class: 'test',
      text: "it('gives no water for an empty sponge', () => {\n  equal(squeezeWater(null), 0);\n});\n",
    },
  ];
  const [only] = await found(files);
  assert.match(only?.question ?? '', /“gives no water for an empty sponge”/);
  assert.deepEqual(facts(only), [['squeezeWater']]);
  assert.deepEqual(
    only?.places.map(({ path }) => path),
    ['test/a.test.js', 'a.js'],
  );
});

test('what a test calls on foreign objects, or what shares no word with its title, is not its subject', async () => {
  const code = {
    path: 'source/a.js',
    text: 'function bufferLeft() {\n}\nfunction squeezeWater() {\n}\nclass WaterTank {\n  drainWater() {\n  }\n}\n',
    definitions: [
      defines('bufferLeft', 'function', 1, 2),
      defines('squeezeWater', 'function', 3, 4),
      defines('WaterTank', 'class', 5, 8),
      defines('drainWater', 'method', 6, 7),
    ],
  };
  const subject = async (
    body: string,
    title = 'leaves no water in a wet sponge',
    imports = "import * as tank from '../source/a.js';",
  ) => {
    const text = `${imports}\nit('${title}', () => {\n  ${body}\n});\n`;
    const [only] = await found([code, { path: 'test/a.test.js', class: 'test', text }]);
    return facts(only)?.[0]?.[0];
  };
  assert.equal(await subject('equal(squeezeWater(null), 0);'), 'squeezeWater');
  assert.equal(await subject('equal(squeezeWater(null), 0);', 'gives nothing for an empty sponge'), undefined);
  assert.equal(await subject('equal(tank.squeezeWater(null), 0);'), 'squeezeWater');
  assert.equal(await subject('equal([1].squeezeWater(null), 0);'), undefined);
  assert.equal(await subject('equal(other.squeezeWater(null), 0);'), undefined);
  assert.equal(await subject('equal(fetchAll().squeezeWater(null), 0);'), undefined);
  assert.equal(
    await subject('const full = new WaterTank();\n  full.drainWater();', 'can drain what is left in there'),
    undefined,
  );
  assert.equal(
    await subject('const full = tank.open();\n  full.drainWater();', 'can drain what is left in there'),
    'drainWater',
  );
  assert.equal(
    await subject('response.drainWater();', 'can drain what is left in there', "import response from 'http';"),
    undefined,
  );
});

test('a changelog is asked for the release of an entry', async () => {
  const text =
    '# Changelog\n\n## 2.4.0 - 2025-01-02\n\n- Fixed a leak of handles when a client closes early (#12)\n- Bump deps\n';
  const [only, ...others] = await found([{ path: 'CHANGELOG.md', class: 'docs', text }]);
  assert.equal(only?.question, 'Which release fixed a leak of handles when a client closes early?');
  assert.deepEqual([facts(only), only?.route, others], [[['2.4.0', 'v2.4.0']], 'general', []]);
});

test('a version is stated with and without its v, as it stands in the line and without zeros at its end', async () => {
  const changelog = '# Changelog\n\n## v3.3.2\n\n- Fixed a leak of handles when a client closes early (#12)\n';
  const all = await found([
    { path: 'CHANGELOG.md', class: 'docs', text: changelog },
    { path: 'go.mod', class: 'config', text: 'module example.com/cups\n\ngo 1.25.0\n' },
    { path: 'pyproject.toml', class: 'config', text: '[project]\nrequires-python = ">=3.10.2"\n' },
  ]);
  assert.deepEqual(all.map(facts), [
    [['3.3.2', 'v3.3.2']],
    [['1.25.0', 'v1.25.0', '1.25', 'v1.25', 'go1.25.0', 'go1.25']],
    [['3.10.2', 'v3.10.2']],
  ]);
  const texts = ['## v3.3.2', 'go 1.25.0', 'requires-python = ">=3.10.2"'];
  for (const [at, { facts: stated }] of all.entries())
    assert.ok(
      stated.every((fact) => mentions(said(texts[at] ?? ''), fact)),
      texts[at],
    );
});

test('a fix is asked for the function that holds it today, not where it was rewritten since', async () => {
  const text = 'function pourOut(cup) {\n  if (cup.isCracked) return spillOver(cup);\n}\n';
  const file = { path: 'lib/cups.js', text, definitions: [defines('pourOut', 'function', 1, 3)] };
  const commit = (added: string[]) => ({
    id: 'a'.repeat(40),
    message: 'Fix cracked vessels losing their content twice (#7)\n',
    files: [{ path: 'lib/cups.js', status: 'M', added }],
  });
  const [only] = await found([file], [commit(['  if (cup.isCracked) return spillOver(cup);'])]);
  assert.equal(
    only?.question,
    '“Cracked vessels losing their content twice” was reported as a bug. Which function or method holds that fix today?',
  );
  assert.deepEqual(facts(only), [['pourOut']]);
  assert.deepEqual(await found([file], [commit(['  if (cup.isBroken) return spillOver(cup);'])]), []);
});
