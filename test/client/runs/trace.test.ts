import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { checkout } from '../../support/temporal.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

const history = (name: string) => join(checkout, 'test/histories', `${name}.json`);
const trace = (...given: string[]) => runInProcess(['trace', ...given]);

test('a saved history is shown as a tree: tries, attempts, tokens, and the error of what failed', async () => {
  const { code, stdout } = await trace(history('orchestrated-busy-provider'));
  assert.equal(code, 0);
  assert.match(stdout, /^orchestrated-pipeline +\+0 ms/m);
  assert.match(stdout, /├─ routing/);
  assert.match(stdout, /-llm, attempt 2/);
  assert.match(stdout, /! .*429/);
});

for (const [form, given] of [
  ['a tree', ['orchestrated-busy-provider']],
  ['a comparison', ['single-agent', 'fan-out-and-synthesis']],
  ['an anatomy', ['fan-out-and-synthesis', '--latency']],
] as const)
  test(`${form} fits 80 columns and has no colours in a pipe`, async () => {
    const { stdout } = await trace(...given.map((name) => (name.startsWith('--') ? name : history(name))));
    const lines = stdout.trimEnd().split('\n');
    assert.ok(lines.length > 7);
    for (const line of lines) assert.ok(line.length <= 80 && line === line.trimEnd(), line);
    assert.equal(stdout.includes('\u001b'), false);
  });

test('a run that goes on is shown as far as it got, with what is open', async () => {
  using folder = temporaryFolder();
  const { events } = JSON.parse(readFileSync(history('orchestrated'), 'utf8')) as { events: { eventType: string }[] };
  const scheduled = events.flatMap(({ eventType }, at) => (eventType.endsWith('ACTIVITY_TASK_SCHEDULED') ? [at] : []));
  const file = join(folder.path, 'open.json');
  await writeFile(file, JSON.stringify({ events: events.slice(0, (scheduled[2] ?? 0) + 1) }));
  const { code, stdout, stderr } = await trace(file);
  assert.equal(code, 0);
  assert.match(stdout, /├─ open-repository|└─ open-repository/);
  assert.match(stdout, /router-llm/);
  assert.match(stderr, /goes on: this is what there is so far; open: code specialist, try 1: think\n$/);
});

test('two runs stand part by part, and what only the team has is marked', async () => {
  const { stdout } = await trace(history('single-agent'), history('orchestrated'));
  assert.match(stdout, /^\* routing +- +\d\.\d{3} +\+\d\.\d{3} /m);
  assert.match(stdout, /^ {2}gate /m, 'both have a gate');
  assert.match(stdout, /^\* orchestration that only one of the two has$/m);
  const { stdout: json } = await trace(history('single-agent'), history('orchestrated'), '--json');
  const { compared } = JSON.parse(json) as { compared: { part: string; a: { ms: number } | null }[] };
  const [all, overhead] = compared.splice(-2);
  const sum = compared.reduce((total, { a }) => total + (a?.ms ?? 0), 0);
  assert.equal(sum, all?.a?.ms, 'the stages add up to the wall clock');
  assert.equal(overhead?.a?.ms, compared.find(({ part }) => part === 'gate')?.a?.ms);
});

test('--latency adds up to the wall clock, for a compressed history too', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.json.gz');
  await writeFile(file, gzipSync(readFileSync(history('orchestrated'))));
  const { stdout } = await trace(file, '--latency', '--json');
  const { total_ms, ...parts } = (JSON.parse(stdout) as { latency: Record<string, number> }).latency;
  assert.equal(
    Object.values(parts).reduce((sum, ms) => sum + ms, 0),
    total_ms,
  );
  assert.match((await trace(file, '--latency')).stdout, /^wall clock +[\d.]+ m?s +100\.0 % {2}/m);
});

test('what is no history of a question is refused with its name', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'other.json');
  await writeFile(file, '{"events":[]}');
  for (const [name, why] of [
    [file, /other\.json is no history of a question's run/],
    [join(folder.path, 'none.json'), /there is no file/],
    [history('route-only'), /it is that of a routeOnly/],
  ] as const) {
    const { code, stderr } = await trace(name);
    assert.equal(code, 2);
    assert.match(stderr, why);
  }
});
