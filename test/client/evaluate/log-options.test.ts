/** What the commands on run logs have in common: the dataset of a benchmark, one variant of a log, another dataset. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeBenchmark } from '../benchmark/benchmark-folder.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { questionOf, recordOf, writeVariants, writeLines } from './variant-logs.ts';

test('the log of a benchmark needs no --dataset, and one variant of it can be graded and labelled alone', async () => {
  using folder = temporaryFolder();
  writeBenchmark(folder.path, { questions: 4 });
  const log = join(folder.path, 'run-log.jsonl');
  const variantsOf = async (...given: string[]) => {
    const end = await runInProcess([...given, '--json']);
    assert.equal(end.code, 0, end.stderr);
    const rows: { variant?: string }[] = end.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return [...new Set(rows.flatMap(({ variant }) => variant ?? []))];
  };
  assert.deepEqual(await variantsOf('grade', log), ['single-agent', 'orchestrated']);
  assert.deepEqual(await variantsOf('grade', `${log}:orchestrated`), ['orchestrated']);
  assert.deepEqual(await variantsOf('label', log, '--variant', 'single-agent'), ['single-agent']);
  assert.deepEqual(await variantsOf('label', log, '--arm', 'single-agent'), ['single-agent'], 'the former name');
  const compared = await runInProcess(['compare', `${log}:single-agent`, `${log}:orchestrated`]);
  assert.deepEqual([compared.code, compared.stdout.includes('verdict: ')], [0, true], compared.stderr);
  const signals = await runInProcess(['signals', log, '--variant', 'single-agent']);
  assert.equal(signals.code, 0, signals.stderr);
  const wrong = await runInProcess(['grade', log, '--variant', 'nope']);
  assert.match(wrong.stderr, /run-log\.jsonl has no variant "nope", but single-agent, orchestrated\n$/);
  assert.equal(wrong.code, 2);
});

test('a dataset that is not the one that the records name is warned of, once, and not compared by', async () => {
  using folder = temporaryFolder();
  const dataset = writeLines(folder.path, 'mine.jsonl', [0, 1].map(questionOf));
  const named = { dataset: 'cobra-0123456789ab' };
  const log = writeLines(folder.path, 'log.jsonl', [recordOf(0, 'a', named), recordOf(1, 'a', named)]);
  const { stderr, code } = await runInProcess(['grade', log, '--dataset', dataset]);
  assert.match(stderr, /^warning: \S+log\.jsonl:1: the record answers the dataset cobra-0123456789ab, and \S+ is not/m);
  assert.equal(stderr.split('is not that file').length, 2);
  assert.equal(code, 0);
  const compared = ['compare', log, log, '--dataset', dataset];
  const refused = await runInProcess(compared);
  assert.match(
    refused.stderr,
    /^switchyard: \S+log\.jsonl:1: the record answers the dataset cobra-0123456789ab, and [^\n]+\n$/,
  );
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  const taken = await runInProcess([...compared, '--other-dataset']);
  assert.match(taken.stderr, /^warning: /);
  assert.equal(taken.code, 0);
  const variants = writeVariants(folder.path, 2);
  assert.equal((await runInProcess(['grade', variants.log, '--dataset', variants.dataset])).stderr, '');
});

test('where a result cannot be written is said before any file is read', async () => {
  using folder = temporaryFolder();
  const file = writeLines(folder.path, 'file', []);
  for (const [output, says] of [
    [join(folder.path, 'nowhere/at/all.json'), /there is no folder \S+nowhere\/at\n$/],
    [folder.path, /it is a folder\n$/],
    [join(file, 'under.json'), /is no folder\n$/],
  ] as const)
    for (const command of [
      ['grade', 'missing.jsonl'],
      ['label', 'missing.jsonl'],
      ['judge', 'missing.jsonl'],
      ['compare', 'missing.jsonl', 'missing.jsonl'],
      ['dataset', 'import', 'missing.jsonl', '--format', 'jsonl'],
    ]) {
      // A comparison's form is told by the file's ending, and a dataset never replaces what is there.
      if (output === folder.path && ['compare', 'dataset'].includes(command[0] ?? '')) continue;
      const end = await runInProcess([...command, '-o', output]);
      assert.match(end.stderr, says, command.join(' '));
      assert.deepEqual([end.code, end.stdout], [2, '']);
    }
});

test('a gate or margin of a route that no question expects is a mistake, one of the only route is met by the whole', async () => {
  using folder = temporaryFolder();
  const { dataset, log } = writeVariants(folder.path, 40);
  const compare = (...more: string[]) =>
    runInProcess(['compare', `${log}:single`, `${log}:split`, '--dataset', dataset, ...more]);
  const output = join(folder.path, 'cells.csv');
  for (const given of [
    ['--gate', 'accuracy@billing>=0.5'],
    ['--gate', 'verdict@billing=justified'],
    ['--margin', 'accuracy@billing=0.1'],
  ]) {
    const end = await compare(...given, '-o', output);
    assert.match(end.stderr, /no question expects the route "billing": there are code, docs\n$/);
    assert.deepEqual([end.code, end.stdout, existsSync(output)], [2, '', false]);
  }
  assert.equal((await compare('--gate', 'accuracy@docs>=0.9')).code, 0);
  const alone = [...Array(40).keys()].map((at) => ({ ...questionOf(at), expected_route: 'docs' }));
  writeLines(folder.path, 'dataset.jsonl', alone);
  const lone = await compare('--gate', 'accuracy@docs>=0.9', '--gate', 'verdict@docs!=not-comparable');
  assert.equal(lone.code, 0, lone.stdout);
});
