import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { checkout } from '../support/temporal.ts';
import { mainFile, runProgram, temporaryFolder } from './run-command.ts';

const history = (name: string) => join(checkout, 'test/histories', `${name}.json`);
const trace = (...given: string[]) => runProgram(process.execPath, [mainFile, 'trace', ...given]);

test('a saved history is shown as a tree: tries, attempts, tokens, and the error of what failed', async () => {
  const { code, stdout } = await trace(history('orchestrated-busy-provider'));
  assert.equal(code, 0);
  assert.match(stdout, /^orchestrated-pipeline +\+0 ms/m);
  assert.match(stdout, /├─ routing/);
  assert.match(stdout, /-llm, attempt 2/);
  assert.match(stdout, /! .*429/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 100 && line === line.trimEnd(), line);
});

test('two runs stand part by part, and what only the team has is marked', async () => {
  const { stdout } = await trace(history('single-agent'), history('orchestrated'));
  assert.match(stdout, /^routing +-, \d+ ms \(\+\d+ ms\).*only B, orchestration$/m);
  assert.match(stdout, /^in all /m);
  const { stdout: json } = await trace(history('single-agent'), history('orchestrated'), '--json');
  const { compared } = JSON.parse(json) as { compared: { part: string; a: { wallMs: number } | null }[] };
  const [all] = compared.splice(-1);
  const sum = compared.reduce((total, { a }) => total + (a?.wallMs ?? 0), 0);
  assert.equal(sum, all?.a?.wallMs, 'the parts of a run whose steps follow one another add up');
});

test('--latency adds up to the wall clock, for a compressed history too', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.json.gz');
  await writeFile(file, gzipSync(readFileSync(history('orchestrated'))));
  const { stdout } = await trace(file, '--latency', '--json');
  const { totalMs, ...parts } = (JSON.parse(stdout) as { latency: Record<string, number> }).latency;
  assert.equal(
    Object.values(parts).reduce((sum, ms) => sum + ms, 0),
    totalMs,
  );
  assert.match((await trace(file, '--latency')).stdout, /^wall clock +\d+ ms +100\.0 %$/m);
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
