/** Every example does what its README says: the commands of its README run on the offline model, on one worker. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { evaluate } from '../../client/benchmark/evaluate.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { loadConfig } from '../../config/load-config.ts';
import { type CommandEnd, runProgram, temporaryFolder } from '../client/run-command.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { runAction } from '../support/action-steps.ts';
import { startPullRequestStub } from '../support/pull-request-stub.ts';
import { checkout, type TestServer, testServer } from '../support/temporal.ts';

const examples = join(checkout, 'examples');
const dataDirectory = mkdtempSync(join(tmpdir(), 'switchyard-examples-'));
const toolModule = join(examples, 'own-tool/search-comments.ts');
let server: TestServer;
let session: Session;
let env: Record<string, string>;

/** The runtime stays up as long as this session does, so that one worker serves all. */
before(async () => {
  server = await testServer();
  env = {
    TEMPORAL_ADDRESS: server.address,
    SWITCHYARD_HOME: dataDirectory,
    SWITCHYARD_TASK_QUEUE: 'examples',
    SWITCHYARD_TOOLS: toolModule,
    SWITCHYARD_LOG_LEVEL: 'error',
    NO_COLOR: '1',
  };
  Object.assign(process.env, env);
  const settings = loadConfig(process.env);
  const { signal } = new AbortController();
  session = await openSession({ settings, need: 'worker', onProgress: () => {}, signal });
});
after(async () => {
  await session[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** Words of a command, as a shell reads them. */
async function shellWords(command: string): Promise<string[]> {
  const { stdout } = await runProgram('sh', ['-ec', `printf '%s\\0' ${command}`], { cwd: checkout, env });
  return stdout.split('\0').slice(0, -1);
}

/** What the commands of the README print, one after the other as a person would type them; `switchyard` in this process. */
async function runReadme(folder: string): Promise<string> {
  const readme = readFileSync(join(examples, folder, 'README.md'), 'utf8');
  const [, commands = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  assert.match(commands, /\S/, `examples/${folder}/README.md has a command`);
  const settings = { ...env };
  let printed = '';
  for (const command of commands.trim().split('\n')) {
    const [program, ...given] = await shellWords(command);
    if (program === 'export') {
      Object.assign(settings, Object.fromEntries(given.map((each) => each.split('='))));
      continue;
    }
    const { code, stdout, stderr } = await runWords(program, given, settings);
    assert.equal(code, 0, `${command}\n${stderr}`);
    printed += stdout;
  }
  return printed;
}

function runWords(program: string | undefined, given: string[], settings: Record<string, string>): Promise<CommandEnd> {
  if (program === 'switchyard') return runInProcess(given, { env: settings });
  assert.deepEqual([program, given[0]], ['npx', 'node'], 'a command of an example');
  return runProgram(process.execPath, given.slice(1), { cwd: checkout, env: settings });
}

const shown: Record<string, RegExp> = {
  'own-pipeline': /is a pipeline: specialists code, docs[\s\S]*KETTLE_EMPTY[\s\S]*verified[\s\S]*route +(code|docs)/,
  'own-tool':
    /is a pipeline: specialist comments[\s\S]*TODO: a lid makes it faster[\s\S]*lib\/kettle\.js:6-8 +verified/,
  'continuous-integration':
    /right[\s\S]*verdict: [\s\S]*gate met: errors<=0: [\s\S]*gate met: accuracy>=baseline-0\.1: /,
  'benchmark-from-code':
    /^kettle-benchmark: finished\n[\s\S]*orchestrated against single-agent: undecided\n[\s\S]*^grader citesCode: baseline \d/m,
};

test('each folder is listed in the README, and run here', () => {
  const readme = readFileSync(join(examples, 'README.md'), 'utf8');
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => name !== 'kettle');
  // It is a project of its own: own-worker.test.ts.
  assert.deepEqual(names.toSorted(), [...Object.keys(shown), 'own-worker'].toSorted());
  for (const name of names) assert.ok(readme.includes(`](${name}/README.md)`), name);
});

for (const [folder, expected] of Object.entries(shown))
  test(`examples/${folder}`, async () => assert.match(await runReadme(folder), expected));

const repository = join(examples, 'kettle');
const data = [
  {
    id: 'lid',
    question: 'Does a lid make it faster?',
    repository,
    expected_route: 'comments',
    kind: 'answerable' as const,
    gold: { paths: ['lib/kettle.js'] },
    must_mention: ['lid'],
  },
];
const pipelines = [join(examples, 'own-tool/pipeline.json')];

test('a benchmark from code records what a tool of one’s own searches, and grades anew without asking', async () => {
  const first = await evaluate({ name: 'own', data, pipelines });
  assert.equal(first.ending, 'finished');
  const [{ record, graded, scores } = assert.fail('no record')] = first.records;
  assert.deepEqual(record.tools_called?.map(({ tool, kind, status }) => [tool, kind, status]).slice(0, 1), [
    ['search_comments', 'code', 'ok'],
  ]);
  assert.equal(graded.correct, true);
  assert.deepEqual(scores, {});
  assert.deepEqual(first.comparisons, []);

  const again = await evaluate({
    name: 'own',
    data,
    pipelines,
    graders: { calls: async ({ tools_called }) => (tools_called === null ? null : 1 / (1 + tools_called.length)) },
  });
  assert.equal(again.ending, 'recorded');
  assert.deepEqual(
    again.records.map((each) => each.record),
    first.records.map((each) => each.record),
  );
  assert.equal(again.records[0]?.scores.calls, 1 / (1 + (record.tools_called?.length ?? 0)));
});

test('a benchmark from code refuses what it cannot run, before anything is asked', async () => {
  const refused = (options: object, message: RegExp) =>
    assert.rejects(evaluate({ data, pipelines, ...options }), { code: 'InvalidInput', message });
  await refused({ name: 'own', trials: 2 }, /there is a benchmark own with other trials: give another name/);
  await refused({ name: 'own', pipelines: ['single-agent'] }, /with other pipelines/);
  await refused({ name: 'own', data: [{ ...data[0], question: 'Why?' }] }, /with other questions/);
  await refused({ name: '../own' }, /^name must be/);
  await refused({ data: [{ ...data[0], gold: undefined }] }, /^data:1: gold: /);
  await refused({ data: [...data, ...data] }, /id "lid" stands on line 1 already/);
  await refused({ data: [] }, /^data has no lines/);
  await refused({ pipelines: [] }, /needs a pipeline/);
  await refused({ pipelines: [{ name: 'x', specialists: [{ name: 'x', tools: ['rm'] }] }] }, /there is no tool "rm"/);
  await refused({ decidedBy: 'nobody' }, /none of the graders/);
});

test('a grader that gives no score is named with the record', async () => {
  const graders = { odd: () => 7 };
  await assert.rejects(
    evaluate({ name: 'own', data, pipelines, graders }),
    /^Error: the grader "odd", question "lid" of comments, trial 1: a score is 0 to 1, true, false or null, not 7$/,
  );
});

const integration = join(examples, 'continuous-integration');

/** Commands as words, white space as one space. */
const wordsOf = (command: string) => command.trim().split(/\s+/).join(' ');

test('the job of GitLab runs the commands of its README, and hands over the JUnit report', () => {
  const job = parse(readFileSync(join(integration, '.gitlab-ci.yml'), 'utf8')) as {
    variables: Record<string, string>;
    benchmark: { script: string[]; artifacts: { when: string; reports: { junit: string } } };
  };
  const [, commands = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(readFileSync(join(integration, 'README.md'), 'utf8')) ?? [];
  const told = commands.trim().split('\n').map(wordsOf);
  const values: Record<string, string> = { ...job.variables, BENCHMARK: 'kettle-ci' };
  const run = job.benchmark.script.map((line) =>
    wordsOf(
      line
        .replace('node "$SWITCHYARD/client/bin.js"', 'switchyard')
        .replace(/ -o .*$/, '')
        .replaceAll(/"?\$(\w+)((?::[\w-]+)?)"?/g, (_, name: string, more: string) => `${values[name]}${more}`)
        .replaceAll('"', ''),
    ),
  );
  assert.deepEqual(run, told);
  assert.match(job.benchmark.script[1] ?? '', / -o junit\.xml /);
  assert.deepEqual([job.benchmark.artifacts.when, job.benchmark.artifacts.reports.junit], ['always', 'junit.xml']);
});

test('the action measures, tells job and pull request, and fails where a gate is not met or nothing is known', async () => {
  using folder = temporaryFolder();
  const token = 'ghs_secretsecret';
  const others = Array.from({ length: 120 }, (_, id) => ({
    id,
    body: id === 3 ? '<!-- switchyard 62656e63686d61726b -->\nnot ours' : 'a comment',
    user: { login: 'somebody', type: 'User' },
  }));
  await using pull = await startPullRequestStub(others, token);
  const npm = join(folder.path, 'npm');
  writeFileSync(npm, '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
  const eventOf = (repository: string) => {
    const file = join(folder.path, 'event.json');
    writeFileSync(file, JSON.stringify({ pull_request: { number: 7, head: { repo: { full_name: repository } } } }));
    return file;
  };
  const act = (inputs: Record<string, string>, from = 'us/repository') =>
    runAction(join(checkout, 'action.yml'), {
      inputs: { folder: join(folder.path, 'results'), ...inputs },
      github: { token },
      env: {
        ...env,
        PATH: `${folder.path}:${dirname(process.execPath)}:${process.env.PATH}`,
        GITHUB_ACTION_PATH: checkout,
        GITHUB_API_URL: pull.url,
        GITHUB_EVENT_PATH: eventOf(from),
        GITHUB_REPOSITORY: 'us/repository',
        GITHUB_RUN_ID: '99',
      },
      runner: join(folder.path, 'runner'),
      cwd: checkout,
    });

  const measured = await act({
    dataset: 'examples/continuous-integration/questions.jsonl',
    pipelines: '  single-agent\n\norchestrated',
    questions: '1',
    gates: 'errors<=0\naccuracy>=2',
    offline: 'true',
  });
  assert.equal(measured.code, 100, measured.output);
  assert.match(measured.output, /^npm ci --prefix \S+ --include=dev /m);
  assert.match(measured.output, /^::error::A gate is not met\.$/m);
  assert.deepEqual([measured.outputs['exit-code'], measured.outputs.verdict], ['100', 'undecided']);
  assert.match(
    measured.summary,
    /^### `orchestrated` against `single-agent`\n\n\*\*Undecided[\s\S]*\*\*1 of 2 gates not met/,
  );
  const [comment = assert.fail('no comment')] = pull.comments.slice(120);
  assert.ok(comment.body.includes(measured.summary) && comment.body.includes('us/repository/actions/runs/99'));
  const written = (name: string) => readFileSync(join(folder.path, 'results', name), 'utf8');
  assert.match(written('junit.xml'), /name="accuracy&gt;=2"><failure [^>]*>accuracy is /);
  assert.match(written('report.html'), /^<!doctype html>/);

  const { folder: benchmark } = JSON.parse(written('benchmark.json'));
  const log = { 'run-log': join(benchmark, 'run-log.jsonl'), gates: 'errors<=0' };
  const again = await act({ ...log, offline: 'true' });
  assert.deepEqual([again.code, pull.comments.length], [0, 121], again.output);
  assert.ok(comment.body.includes('**All gates met.**') && others[3]?.body.endsWith('not ours'));

  const fork = await act(log, 'them/repository');
  assert.deepEqual([fork.code, pull.comments.length], [1, 121]);
  assert.match(fork.summary, /^### No verdict\n\n\*\*Nothing was compared\.\*\* The offline model has answered/);
  assert.match(fork.output, /^::notice::the pull request comes from a fork/m);
  assert.ok(comment.body.includes('**All gates met.**'), 'left as it was');
  assert.ok(![measured, again, fork].some(({ output }) => output.includes(token)));
});
