/** `pipeline check` tells every mistake in a pipeline file with its place, and takes what is right. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPipelineFile } from '../../application/pipelines/pipeline-files.ts';
import { temporaryFolder } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

const specialist = { name: 'code', purpose: 'code', prompt: 'Answer.', tools: ['grep'] };

function write(folder: string, spec: unknown): string {
  const file = join(folder, 'mine.json');
  writeFileSync(file, typeof spec === 'string' ? spec : JSON.stringify(spec, null, 2));
  return file;
}

async function mistakesIn(folder: string, spec: unknown): Promise<string[]> {
  const reading = await readPipelineFile(write(folder, spec));
  assert.ok('mistakes' in reading, 'it was taken for right');
  return reading.mistakes.map(({ path, line, message }) => `${line} ${path}: ${message}`);
}

test('a pipeline that is right is taken, its prompt files read, its defaults filled in', async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'prompts'));
  writeFileSync(join(folder.path, 'prompts', 'code.md'), 'Read the code.\n');
  const { prompt: _, ...others } = specialist;
  const file = write(folder.path, { name: 'mine', specialists: [{ ...others, promptFile: 'prompts/code.md' }] });
  const reading = await readPipelineFile(file);
  assert.ok('spec' in reading);
  assert.equal(reading.spec.specialists[0]?.prompt, 'Read the code.');
  assert.equal(reading.spec.budget.modelCalls, 60);
});

test('all mistakes are told at once, each at its line', async () => {
  using folder = temporaryFolder();
  const text = `{
  "name": "Mine",
  "router": { "fallback": "docs" },
  "specialists": [
    { "name": "code", "purpose": "code", "tools": ["grep", "gerp"], "promt": "x" },
    { "name": "debug", "purpose": "", "prompt": "x",
      "tools": [],
      "turnLimit": 0 }
  ]
}`;
  const mistakes = await mistakesIn(folder.path, text);
  const expected = [
    /^2 name: a name is 1 to 40/,
    /^5 specialists\[0\]\.prompt: is missing: it must be text$/,
    /^5 specialists\[0\]\.promt: there is no such setting/,
    /^5 specialists\[0\]\.tools\[1\]: there is no tool "gerp"; there are .*grep/,
    /^6 specialists\[1\]\.purpose: must be text of 1 character or more, not ""$/,
    /^7 specialists\[1\]\.tools: must be a list of 1 item or more$/,
    /^8 specialists\[1\]\.turnLimit: must be 1 or more, not 0$/,
    /^3 router\.fallback: the fallback "docs" is none of the specialists \(code, debug\)$/,
  ];
  for (const each of expected)
    assert.ok(
      mistakes.some((mistake) => each.test(mistake)),
      `${each} in\n${mistakes.join('\n')}`,
    );
  assert.equal(mistakes.length, expected.length);
});

test('a fallback that is no specialist and two specialists of one name are mistakes', async () => {
  using folder = temporaryFolder();
  const spec = { name: 'mine', router: { fallback: 'docs' }, specialists: [specialist, specialist] };
  const mistakes = await mistakesIn(folder.path, spec);
  assert.ok(mistakes.some((mistake) => /router\.fallback: the fallback "docs" is none of/.test(mistake)));
  assert.ok(mistakes.some((mistake) => /specialists\[1\]\.name: two specialists are named "code"/.test(mistake)));
});

test('what is wrong with the shape hides neither a second name nor a missing router', async () => {
  using folder = temporaryFolder();
  const mistakes = await mistakesIn(folder.path, {
    name: 7,
    specialists: [specialist, { ...specialist, tools: {} }, 3],
  });
  for (const each of [
    / name: must be text, not 7$/,
    /specialists\[1\]\.tools: must be a list, not an object$/,
    /specialists\[1\]\.name: two specialists are named "code"$/,
    /specialists\[2\]: must be an object, not 3$/,
    / router: several specialists need a router/,
  ])
    assert.ok(
      mistakes.some((mistake) => each.test(mistake)),
      `${each} in\n${mistakes.join('\n')}`,
    );
  assert.equal(mistakes.length, 5);
});

test('a prompt file must be there, be text in the folder of the pipeline, and be the only prompt', async () => {
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  writeFileSync(join(elsewhere.path, 'secret.md'), 'secret');
  symlinkSync(join(elsewhere.path, 'secret.md'), join(folder.path, 'link.md'));
  writeFileSync(join(folder.path, 'empty.md'), ' \n');
  const { prompt: _, ...others } = specialist;
  const cases: [unknown, RegExp][] = [
    [{ ...others, promptFile: 'nope.md' }, /promptFile: there is no file "nope\.md"/],
    [{ ...others, promptFile: '../x.md' }, /promptFile: there is no file|outside the pipeline's folder/],
    [{ ...others, promptFile: join(elsewhere.path, 'secret.md') }, /outside the pipeline's folder/],
    [{ ...others, promptFile: 'link.md' }, /outside the pipeline's folder/],
    [{ ...others, promptFile: 'empty.md' }, /is empty/],
    [{ ...others, promptFile: '.' }, /cannot be read \(EISDIR\)/],
    [{ ...specialist, promptFile: 'empty.md' }, /not both/],
    [{ ...others, promptFile: 7 }, /must name a file/],
  ];
  for (const [given, says] of cases) {
    const [first, ...more] = await mistakesIn(folder.path, { name: 'mine', specialists: [given] });
    assert.match(first ?? '', says);
    assert.match(first ?? '', / specialists\[0\]\.promptFile: /);
    assert.deepEqual(more, []);
  }
});

test('what is no JSON, and JSON that is no object, is a mistake and not a crash', async () => {
  using folder = temporaryFolder();
  assert.match((await mistakesIn(folder.path, '{\n  "name": "mine",\n}'))[0] ?? '', /^3 : is not JSON: /);
  for (const text of ['', '[]', 'null', '7', '{"specialists": {"0": 1}}', '{"specialists": [null, 3]}'])
    assert.ok((await mistakesIn(folder.path, text)).length > 0, text);
});

test('the command prints one mistake a line with file and line, and exits with 2', async () => {
  using folder = temporaryFolder();
  const file = write(folder.path, '{\n  "name": "mine",\n  "specialists": []\n}');
  const end = await runInProcess(['pipeline', 'check', file]);
  assert.match(end.stderr, /^\S+mine\.json:3: specialists: [^\n]+\n$/);
  assert.equal(end.code, 2);
  const json = JSON.parse((await runInProcess(['pipeline', 'check', file, '--json'])).stdout);
  assert.equal(json.valid, false);
  assert.equal(json.mistakes[0].line, 3);
});

test('ask names the first mistake of a pipeline in one line and how to see the others', async () => {
  using folder = temporaryFolder();
  const file = write(folder.path, { name: 'Mine', specialists: [] });
  const end = await runInProcess(['ask', 'q', '--pipeline', file]);
  assert.match(end.stderr, /^switchyard: \S+mine\.json:2: name: .*\(and 1 more: switchyard pipeline check [^\n]+\)\n$/);
  assert.equal(end.code, 2);
});

test('the pipelines that ship are right', async () => {
  const { stdout } = await runInProcess(['pipeline', 'list', '--json']);
  const names = JSON.parse(stdout).map((pipeline: { name: string }) => pipeline.name);
  assert.deepEqual(names, ['orchestrated', 'single-agent', 'single-agent-ungated']);
  for (const name of names) assert.equal((await runInProcess(['pipeline', 'check', name])).code, 0);
});
