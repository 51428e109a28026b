/** A mistake in a command is one line that says what to do, exit code 2, and nothing was started. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ChildOptions, runSwitchyard, temporaryFolder } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

/** Those `asChild` show that the process ends as a command in this process does. */
type Mistake = { name: string; given: string[]; says: RegExp; options?: ChildOptions; asChild?: true };

const priced = { OPENAI_API_KEY: 'sk-not-a-key', SWITCHYARD_MODEL: 'model-without-price' };

const mistakes: Mistake[] = [
  { name: 'an empty question', given: ['ask', ' '], says: /question is empty/ },
  { name: 'an empty question on stdin', given: ['ask', '-'], says: /question is empty/, options: { input: '\n' } },
  {
    name: 'a question of 100,000 characters',
    given: ['ask', 'x'.repeat(100_000)],
    says: /100,000 characters and may have 20,000/,
  },
  {
    name: 'an endless question on stdin',
    given: ['ask', '-'],
    says: /more than 20,000 characters/,
    options: { input: 'x'.repeat(300_000) },
  },
  { name: 'no question', given: ['ask'], says: /<question> is missing/ },
  {
    name: 'a --repo with nothing there',
    given: ['ask', 'q', '--repo', '/nowhere/at/all'],
    says: /nothing at \/nowhere/,
  },
  { name: 'a --repo that is a file', given: ['ask', 'q', '--repo', 'package.json'], says: /is not a folder/ },
  {
    name: 'a --repo with a token in it',
    given: ['ask', 'q', '--repo', 'https://secret-token@example.com/a.git'],
    says: /credential helper/,
  },
  { name: 'a --ref that git would take for an option', given: ['ask', 'q', '--ref', '--upload-pack=x'], says: /--ref/ },
  { name: 'an unknown pipeline', given: ['ask', 'q', '--pipeline', 'nope'], says: /take one of orchestrated/ },
  { name: 'a missing pipeline file', given: ['ask', 'q', '--pipeline', './nope.json'], says: /no pipeline file/ },
  { name: 'an unknown route', given: ['ask', 'q', '--route', 'nope'], says: /take one of code, docs, debug, general/ },
  { name: 'a budget of nothing', given: ['ask', 'q', '--max-tokens', '0'], says: /whole number of 1 or more/ },
  { name: 'a budget that is no number', given: ['ask', 'q', '--max-cost-usd', '1e3'], says: /positive number/ },
  { name: 'a retry limit below zero', given: ['ask', 'q', '--retry-limit', '-1'], says: /whole number of 0 or more/ },
  { name: 'too many model calls', given: ['ask', 'q', '--max-model-calls', '601'], says: /600 at most, not 601/ },
  { name: 'a retry limit above ten', given: ['ask', 'q', '--retry-limit', '11'], says: /10 at most/ },
  {
    name: 'a retry limit where there is no gate',
    given: ['ask', 'q', '--pipeline', 'single-agent-ungated', '--retry-limit', '1'],
    says: /has no gate/,
  },
  {
    name: 'a money limit with a model without a price',
    given: ['ask', 'q', '--max-cost-usd', '1'],
    says: /no price|none for model-without-price/,
    options: { env: priced },
  },
  {
    name: 'faults of a model that is not the offline one',
    given: ['bench', 'run', '--faults', '429=0.2'],
    says: /the settings name another/,
    options: { env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', SWITCHYARD_MODEL: 'm' } },
  },
  {
    name: 'a setting that is wrong',
    given: ['ask', 'q'],
    says: /SWITCHYARD_LOG_LEVEL: expected one of/,
    options: { env: { SWITCHYARD_LOG_LEVEL: 'loud' } },
    asChild: true,
  },
  {
    name: 'a setting that does not exist',
    given: ['runs'],
    says: /SWITCHYARD_MODLE: .*did you mean SWITCHYARD_MODEL/,
    options: { env: { SWITCHYARD_MODLE: 'x' } },
  },
  { name: 'an id that cannot be one', given: ['ask', 'q', '--id', 'a b'], says: /letters, digits/ },
  { name: 'an unknown option', given: ['ask', 'q', '--nope'], says: /there is no option --nope/, asChild: true },
  { name: 'an unknown command', given: ['aks'], says: /there is no command aks: did you mean ask\?/ },
  { name: 'neither a question nor a file to route', given: ['route'], says: /one question in quotes, or --file/ },
  { name: 'a missing file of questions', given: ['route', '--file', '/nowhere.jsonl'], says: /no file \/nowhere/ },
  {
    name: 'words without quotes',
    given: ['ask', 'how', 'does', 'it'],
    says: /"ask" takes one argument, and 3 were given/,
  },
  {
    name: 'a folder where only options are taken',
    given: ['index', 'folder'],
    says: /"index" takes no argument, and 1 was given: what it works on is named by options/,
  },
  {
    name: 'an option without its value',
    given: ['ask', 'q', '--repo'],
    says: /--repo needs a value: <folder or git URL>/,
  },
  {
    name: 'a value that is none of the choices',
    given: ['search', 'x', '--kind', 'prose'],
    says: /--kind must be one of code, docs, all, not "prose"/,
  },
  {
    name: 'an argument that is none of the choices',
    given: ['runs', 'rate', 'ask-1', 'well'],
    says: /<rating> must be one of good, bad, not "well"/,
  },
  {
    name: 'a schema of nothing',
    given: ['schema', 'runs', 'nope'],
    says: /there is no schema of "runs nope": "switchyard schema" lists those there are/,
  },
  {
    name: 'a log outside of a benchmark without --dataset',
    given: ['grade', 'nowhere.jsonl'],
    says: /--dataset <file\.jsonl> is missing: it may be left out only for a log that lies in the folder of a benchmark/,
  },
  { name: 'a status that no run has', given: ['runs', '--status', 'fine'], says: /--status must be one of running, / },
  { name: 'runs show without an id', given: ['runs', 'show'], says: /<run> is missing/ },
];

for (const { name, given, says, options, asChild } of mistakes)
  test(`${name} is told in one line and starts nothing`, async () => {
    using folder = temporaryFolder();
    const dataDirectory = join(folder.path, 'home');
    const env = { SWITCHYARD_HOME: dataDirectory, ...options?.env };
    const run = asChild || options?.input !== undefined ? runSwitchyard : runInProcess;
    const end = await run(given, { ...options, env });
    assert.match(end.stderr, says);
    assert.match(end.stderr, /^switchyard: [^\n]+\n$/);
    assert.doesNotMatch(end.stderr, /secret-token|sk-not-a-key/);
    assert.equal(end.code, 2);
    assert.equal(end.stdout, '');
    assert.equal(existsSync(dataDirectory), false);
  });

test('a line of a question file that does not fit is named by its number', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'questions.jsonl');
  writeFileSync(file, '{"id": "a", "question": "Where?"}\n\n{"id": "b", "question": " "}\n');
  const end = await runInProcess(['route', '--file', file], { env: { SWITCHYARD_HOME: join(folder.path, 'home') } });
  assert.match(end.stderr, /questions\.jsonl:3: question: the question is empty\n$/);
  assert.equal(end.code, 2);
});

test('a dataset none of whose routes a pipeline has is refused before anything starts, by bench, schedule and route', async () => {
  using folder = temporaryFolder();
  const [dataDirectory, file] = [join(folder.path, 'home'), join(folder.path, 'questions.jsonl')];
  const question = { id: 'a', question: 'Where?', repository: '.', expected_route: 'billing', kind: 'unanswerable' };
  writeFileSync(file, `${JSON.stringify({ ...question, gold: { paths: [] } })}\n`);
  const commands = [
    ['bench', 'run', '--dataset', file, '--yes'],
    ['bench', 'schedule', '--dataset', file, '--yes'],
    ['route', '--file', file],
  ];
  for (const given of commands) {
    const end = await runInProcess(given, { env: { SWITCHYARD_HOME: dataDirectory } });
    assert.match(
      end.stderr,
      /^switchyard: pipeline "orchestrated" has no specialist for the expected route billing \(1 of 1 questions\)[^\n]*It has code, docs, debug, general[^\n]*\n$/,
    );
    assert.deepEqual([end.code, end.stdout, existsSync(dataDirectory)], [2, '', false]);
  }
});

for (const verb of ['cancel', 'pause', 'report', 'resume', 'status'])
  test(`bench ${verb} of a benchmark that does not exist says so in the same words, and starts nothing`, async () => {
    using folder = temporaryFolder();
    const dataDirectory = join(folder.path, 'home');
    const end = await runInProcess(['bench', verb, 'nope'], { env: { SWITCHYARD_HOME: dataDirectory } });
    assert.equal(
      end.stderr,
      'switchyard: there is no benchmark nope in this data directory: "switchyard bench status" lists those there are\n',
    );
    assert.deepEqual([end.code, end.stdout, existsSync(dataDirectory)], [2, '', false]);
  });

test('several mistakes in the settings are told together, in one line', async () => {
  const env = { SWITCHYARD_LOG_LEVEL: 'loud', SWITCHYARD_MODEL_ATTEMPTS: '0', OPENAI_BASE_URL: 'nonsense' };
  const end = await runInProcess(['ask', 'q'], { env });
  for (const name of Object.keys(env)) assert.match(end.stderr, new RegExp(`${name}: expected`));
  assert.match(end.stderr, /^[^\n]+\n$/);
  assert.equal(end.code, 2);
});

test('the folder that a command runs in does not change what it is told', async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'pipelines'));
  writeFileSync(join(folder.path, '.env'), 'SWITCHYARD_LOG_LEVEL=loud\n');
  const end = await runSwitchyard(['pipeline', 'list'], { cwd: folder.path });
  assert.match(end.stdout, /^orchestrated/);
  assert.equal(end.code, 0);
});
