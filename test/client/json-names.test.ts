/** Everything that commands print for programs has its fields in snake_case, and keys that are data as they were. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command, Help } from 'commander';
import { keyedFields, runRecord, stateRecord } from '../../application/runs/run-record.ts';
import { commandsWithSchema, outputSchemaOf } from '../../client/output-schemas/output-schemas.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { writeBenchmark } from './benchmark/benchmark-folder.ts';
import { expectFitting } from './fits-schema.ts';
import { writeVariants } from './evaluate/variant-logs.ts';
import { temporaryFolder } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';
import { aRun, aState } from './runs/a-run.ts';
import { keysWithCapitals, printedValues } from './snake-keys.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const history = (name: string) => join(checkout, 'test/histories', `${name}.json`);

/** Commands with `--json` that need a server, a model or keys: their keys are asked for where they are tested with these. */
const elsewhere = [
  ...[
    'ask',
    'route',
    'runs',
    'runs show',
    'runs fork',
    'runs cancel',
    'runs pause',
    'runs resume',
    'runs retry',
    'runs rate',
    'runs delete',
    'dataset add',
    'runs pending',
    'runs decide',
    'verify-langfuse',
    'judge',
    'judge calibrate',
    'counterfactual',
  ],
  ...[
    'exercise',
    'bench run',
    'bench rerun',
    'bench resume',
    'bench status',
    'bench pause',
    'bench cancel',
    'bench delete',
    'bench publish',
    'gc',
  ],
  ...['bench schedule', 'bench schedule list', 'bench schedule delete'],
  ...['limits', 'limits set', 'limits reset'],
  ...['keys list', 'replay', 'dataset make', 'dataset review', 'dataset import', 'dataset export'],
  ...['router fit', 'router evaluate'],
  ...['chat', 'threads list', 'threads show', 'threads delete'],
  'serve',
  ...['memory remember', 'memory list', 'memory show', 'memory forget'],
];

type Files = { folder: string; dataset: string; log: string };
type Case = { given: (files: Files) => string[]; data?: string[]; code?: number };

const cases: Record<string, Case> = {
  'pipeline list': { given: () => ['pipeline', 'list'] },
  'pipeline check': { given: () => ['pipeline', 'check', 'orchestrated'] },
  doctor: { given: () => ['doctor'], code: 1 },
  index: { given: ({ folder }) => ['index', '--repo', join(folder, 'lib'), '--no-embeddings'] },
  'index status': { given: () => ['index', 'status'], data: ['snapshots.skipped'] },
  search: { given: ({ folder }) => ['search', 'bodyLimit', '--repo', join(folder, 'lib'), '--no-embeddings'] },
  map: { given: ({ folder }) => ['map', '--repo', join(folder, 'lib')] },
  'dataset check': {
    given: ({ dataset, folder }) => ['dataset', 'check', dataset, '--repo', join(folder, 'lib')],
    data: ['routes', 'kinds'],
    code: 1,
  },
  grade: { given: ({ log, dataset }) => ['grade', log, '--dataset', dataset], data: ['variants.unsaid'] },
  label: { given: ({ log, dataset }) => ['label', log, '--dataset', dataset], data: ['variants.unsaid'] },
  signals: { given: ({ log, dataset }) => ['signals', `${log}:single`, '--dataset', dataset] },
  compare: {
    given: ({ log, dataset }) => [
      ...['compare', `${log}:single`, `${log}:mySplit`, '--dataset', dataset],
      ...['--margin', 'accuracy@apiDocs=0.05'],
    ],
    data: ['routes', 'plan.margins.routes', 'baseline.accuracy_by_route', 'candidate.accuracy_by_route'],
  },
  trace: {
    given: () => ['trace', history('orchestrated')],
    data: [
      'spans.metadata.**',
      'spans.parameters',
      'spans.input.value.**',
      'spans.input.call.**',
      'spans.output.value.**',
    ],
  },
  'bench report': { given: () => ['bench', 'report', 'b-1'] },
  'bench history': { given: () => ['bench', 'history'] },
  'bench list': { given: () => ['bench', 'list'], data: ['variants'] },
};

test('every command that has --json is here or is tested with a server', async () => {
  const program = new Command().enablePositionalOptions();
  for (const file of globSync('client/commands/*/*.ts', { cwd: checkout })) {
    const exported = (await import(join(checkout, file))) as Record<string, unknown>;
    for (const [name, add] of Object.entries(exported))
      if (/^add[A-Z]/.test(name) && name !== 'addPassThrough') (add as (program: Command) => void)(program);
  }
  const names = namesWithJson(program, []).sort();
  assert.deepEqual(names, [...Object.keys(cases), ...elsewhere].sort());
  assert.deepEqual(names, commandsWithSchema.toSorted());
});

/** Without those that help does not show: former names of others. */
function namesWithJson(command: Command, above: string[]): string[] {
  const visible = new Set(new Help().visibleCommands(command));
  return command.commands.flatMap((each) => {
    if (!visible.has(each)) return [];
    const path = [...above, each.name()];
    const has = each.options.some(({ long }) => long === '--json');
    return [...(has ? [path.join(' ')] : []), ...namesWithJson(each, path)];
  });
}

test('what they print has no key with a capital letter', async (context) => {
  using place = temporaryFolder();
  const folder = place.path;
  const files = { folder, ...writeVariants(folder, 40) };
  // Keys that are data have capitals, and stay as they are.
  const renamed = (text: string) => text.replaceAll('"docs"', '"apiDocs"').replaceAll('"split"', '"mySplit"');
  for (const file of [files.dataset, files.log]) writeFileSync(file, renamed(readFileSync(file, 'utf8')));
  const printed = new Map<string, string>();
  mkdirSync(join(folder, 'lib'));
  writeFileSync(join(folder, 'lib', 'body.js'), 'const bodyLimit = 1048576;\n');
  writeBenchmark(join(folder, 'data', 'benchmarks', 'b-1'), { questions: 12 });
  const here = { SWITCHYARD_HOME: join(folder, 'data') };
  for (const [name, { given, data = [], code = 0 }] of Object.entries(cases))
    await context.test(name, async () => {
      const env = name === 'doctor' ? { ...here, SWITCHYARD_MODEL_ATTEMPTS: 'many' } : here;
      const end = await runInProcess([...given(files), '--json'], { env });
      assert.equal(end.code, code, end.stderr);
      printed.set(name, end.stdout);
      const values = printedValues(end.stdout);
      assert.ok(values.length > 0);
      assert.deepEqual(keysWithCapitals(values, data), []);
    });
  const comparison = JSON.parse(readFileSync(join(folder, 'data/benchmarks/b-1/comparison.json'), 'utf8'));
  const data = ['routes', 'differences.baseline.**', 'differences.candidate.**'];
  assert.deepEqual(keysWithCapitals(comparison, data), []);
  assert.ok(comparison.differences.length > 0);
  assert.ok('p_gain' in comparison.cells[0]);
  const { routes, baseline, plan } = JSON.parse(printed.get('compare') ?? '');
  assert.deepEqual(Object.keys(routes).sort(), ['apiDocs', 'code']);
  assert.ok('apiDocs' in baseline.accuracy_by_route && !('api_docs' in baseline.accuracy_by_route));
  assert.deepEqual(Object.keys(plan.margins.routes), ['apiDocs']);
  assert.deepEqual(JSON.parse(printed.get('dataset check') ?? '').routes, { code: 20, apiDocs: 20 });
});

test('a printed schema has the names that are printed, and leaves room for more', () => {
  for (const command of commandsWithSchema) {
    const text = JSON.stringify(outputSchemaOf(command));
    assert.doesNotMatch(text, /"additionalProperties":false/, command);
    assert.doesNotMatch(text, /"(properties|required)":[{[]"[a-z_]*[A-Z]/, command);
  }
  const record = snakeKeys(runRecord({ ...aRun(), rating: null }), keyedFields);
  expectFitting(['runs', 'show', '--json'], JSON.stringify(record));
  const { model: _, ...lacks } = record;
  for (const wrong of [lacks, { ...record, retries: 1 }, { ...record, outcome: 'well' }])
    assert.throws(() => expectFitting(['runs', 'show', '--json'], JSON.stringify(wrong)), /runs show: /);
});

test('files that commands write by -o have the names that --json has', async () => {
  using folder = temporaryFolder();
  const { dataset, log } = writeVariants(folder.path, 20);
  const out = join(folder.path, 'out.jsonl');
  assert.equal((await runInProcess(['grade', log, '--dataset', dataset, '-o', out])).code, 0);
  const [first] = printedValues(readFileSync(out, 'utf8')) as { waste: object }[];
  assert.deepEqual(keysWithCapitals(first), []);
  assert.ok('needless_routes' in (first?.waste ?? {}));
  const compared = join(folder.path, 'out.json');
  await runInProcess(['compare', `${log}:single`, `${log}:split`, '--dataset', dataset, '-o', compared]);
  assert.deepEqual(keysWithCapitals(JSON.parse(readFileSync(compared, 'utf8'))), []);
});

test('nothing in the client prints JSON past the one function that renames', () => {
  for (const file of globSync('client/**/*.ts', { cwd: checkout })) {
    if (file === 'client/terminal/output.ts') continue;
    const text = readFileSync(join(checkout, file), 'utf8');
    assert.doesNotMatch(text, /(?:\bprint|stdout\.write)\(\s*`?(?:\$\{)?JSON\.stringify/, file);
  }
});

test('keys that are data stay as they are: names of routes and roles', () => {
  const routing = { route: 'apiDocs', source: 'logprobs', fallback: false, reply: 'apiDocs' } as const;
  const state = aState({
    route: 'apiDocs',
    routes_run: ['apiDocs'],
    routing: { ...routing, probabilities: [{ route: 'apiDocs', probability: 1 }] },
    models: { apiDocs: 'M-1', router: 'M-2' },
  });
  const { probabilities, models } = snakeKeys(stateRecord(state), keyedFields);
  assert.deepEqual([probabilities, models], [{ apiDocs: 1 }, { apiDocs: 'M-1', router: 'M-2' }]);
});

test('a map keeps its keys and has the fields of its members renamed, what is free is left alone', () => {
  const free: Record<string, unknown> = { traceId: { innerKey: 1 } };
  const value = {
    byName: { apiDocs: { costUsd: 1 }, ['__proto__']: { costUsd: 2 } },
    list: [{ lastLine: 1, any: free }],
    none: null,
    any: free,
  } satisfies { byName: Record<string, { costUsd: number }>; [rest: string]: unknown };
  const typed: { byName: Record<string, { costUsd: number }>; list: { lastLine: number; any: typeof free }[] } = value;
  const renamed = snakeKeys(typed, { byName: 'map', 'list.any': 'verbatim' });
  assert.deepEqual(renamed.by_name, { apiDocs: { cost_usd: 1 }, ['__proto__']: { cost_usd: 2 } });
  assert.deepEqual(renamed.list, [{ last_line: 1, any: free }]);
  // @ts-expect-error: a place whose keys are data must be named
  snakeKeys(typed, { byName: 'map' });
  // @ts-expect-error: nothing is known of what is unknown
  snakeKeys(free as unknown);
});

test('the manifest of a benchmark that an earlier version has started is read', () => {
  using folder = temporaryFolder();
  writeBenchmark(folder.path, { questions: 4 });
  const text = readFileSync(join(folder.path, 'benchmark.json'), 'utf8');
  assert.match(text, /"specHash".*"startedAt"/);
  assert.equal(BenchmarkManifest.parse(JSON.parse(text)).variants.length, 2);
});
