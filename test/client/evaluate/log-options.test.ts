/** What the commands on run logs have in common: the dataset of a benchmark, one variant of a log, another dataset. */
import assert from 'node:assert/strict';
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

test('a dataset that is not the one that the records name is warned of, once', async () => {
  using folder = temporaryFolder();
  const dataset = writeLines(folder.path, 'mine.jsonl', [0, 1].map(questionOf));
  const named = { dataset: 'cobra-0123456789ab' };
  const log = writeLines(folder.path, 'log.jsonl', [recordOf(0, 'a', named), recordOf(1, 'a', named)]);
  const { stderr, code } = await runInProcess(['grade', log, '--dataset', dataset]);
  assert.match(stderr, /^warning: \S+log\.jsonl:1: the record answers the dataset cobra-0123456789ab, and \S+ is not/m);
  assert.equal(stderr.split('is not that file').length, 2);
  assert.equal(code, 0);
  const variants = writeVariants(folder.path, 2);
  assert.equal((await runInProcess(['grade', variants.log, '--dataset', variants.dataset])).stderr, '');
});
