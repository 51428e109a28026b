/** Every example does what its README says: the commands of its README run on the offline model, on one worker. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { evaluate } from '../../client/benchmark/evaluate.ts';
import { openSession, type Session } from '../../client/session.ts';
import { loadConfig } from '../../config/load-config.ts';
import { mainFile, runProgram } from '../client/run-command.ts';
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

/** What the commands of the README print, one after the other as a person would type them. */
async function runReadme(folder: string): Promise<string> {
  const readme = readFileSync(join(examples, folder, 'README.md'), 'utf8');
  const [, commands = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  assert.match(commands, /\S/, `examples/${folder}/README.md has a command`);
  const script = commands
    .replaceAll(/^npx switchyard /gm, `'${process.execPath}' '${mainFile}' `)
    .replaceAll(/^npx node /gm, `'${process.execPath}' `);
  const { code, stdout, stderr } = await runProgram('sh', ['-ec', script], { cwd: checkout, env });
  assert.equal(code, 0, stderr);
  return stdout;
}

const shown: Record<string, RegExp> = {
  'own-pipeline': /is a pipeline: specialists code, docs[\s\S]*KETTLE_EMPTY[\s\S]*verified[\s\S]*route +(code|docs)/,
  'own-tool':
    /is a pipeline: specialist comments[\s\S]*TODO: a lid makes it faster[\s\S]*lib\/kettle\.js:6-8 +verified/,
  'own-worker': /^filed \(answered\): .*KETTLE_EMPTY/m,
  'benchmark-from-code': /^kettle-benchmark: finished\n[\s\S]*orchestrated against single-agent: undecided\n$/,
};

test('each folder is listed in the README, and run here', () => {
  const readme = readFileSync(join(examples, 'README.md'), 'utf8');
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => name !== 'kettle');
  assert.deepEqual(names.toSorted(), Object.keys(shown).toSorted());
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
    assert.rejects(evaluate({ data, pipelines, ...options }), { name: 'UsageError', message });
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
