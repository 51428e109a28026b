/** What is decided before a run starts: limits, forced routes, prices, repositories, time limits. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { forcedRoute, withOptions } from '../../application/questions/question-input.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { UsageError } from '../../lib/errors.ts';
import { expectBenchmarkPrices, expectPrices, modelsOf } from '../../application/pipelines/priced-models.ts';
import { readQuestion } from '../../client/ask/question-argument.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { readConfig } from '../../config/read-config.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { temporaryFolder } from './run-command.ts';
import { variantOf } from '../../client/benchmark/benchmark-variants.ts';

const specialist = { name: 'code', purpose: 'code', prompt: 'Answer.', tools: ['grep'] };
const spec = PipelineSpec.parse({
  name: 'mine',
  router: { fallback: 'code' },
  specialists: [specialist, { ...specialist, name: 'docs', model: 'gpt-4.1' }],
  gate: { judge: {}, retryModel: 'gpt-5' },
});
const keyed = {
  OPENAI_API_KEY: 'sk-x',
  SWITCHYARD_MODEL: 'gpt-5-mini',
  SWITCHYARD_MODEL_JUDGE: 'gpt-5-nano-2025-08-07',
};
const settings = readConfig(keyed, null, '/checkout').model;

test('options replace the limits of the pipeline, and nothing else', () => {
  const changed = withOptions(spec, { retryLimit: 0, maxModelCalls: 1, maxTokens: 2, maxCostUsd: 0.5, maxSeconds: 3 });
  assert.equal(changed.gate?.retryLimit, 0);
  assert.deepEqual(changed.budget, { modelCalls: 1, tokens: 2, costUsd: 0.5, wallClockSeconds: 3 });
  assert.deepEqual(withOptions(spec, {}), spec);
  assert.equal(spec.gate?.retryLimit, 2);
});

test('a forced route must be one of the pipeline', () => {
  assert.equal(forcedRoute(spec, undefined), null);
  assert.equal(forcedRoute(spec, 'docs'), 'docs');
  assert.throws(() => forcedRoute(spec, 'Docs'), UsageError);
});

test('every model that a run may call is asked for its price, and the ones without are named', async () => {
  assert.deepEqual(modelsOf(spec, settings), ['gpt-5-mini', 'gpt-4.1', 'gpt-5-nano-2025-08-07', 'gpt-5']);
  const limited = withOptions(spec, { maxCostUsd: 1 });
  const prices = await expectPrices([limited], settings);
  assert.deepEqual(Object.keys(prices ?? {}), modelsOf(spec, settings), 'the run keeps them');
  assert.equal(prices?.['gpt-5-nano-2025-08-07']?.input, 0.05);
  const reranked = { ...limited, rerank: { model: 'unknown-3', maxOutputTokens: 400 } };
  await assert.rejects(expectPrices([reranked], settings), /none for unknown-3:/);
  const byTheJudge = { ...limited, gate: null, rerank: { maxOutputTokens: 400 } };
  await assert.rejects(expectPrices([byTheJudge], { ...settings, judge: 'unknown-4' }), /none for unknown-4:/);
  const unknown = { ...settings, router: 'unknown-1', judge: 'unknown-2' };
  assert.equal(await expectPrices([spec], unknown), null, 'nothing limits the money');
  await expectPrices([limited], { ...unknown, offline: true });
  await assert.rejects(
    expectPrices([limited], unknown),
    /^InvalidInput: .*none for unknown-1, unknown-2: limit --max-tokens instead, or add .* SWITCHYARD_MODEL_PRICES/,
  );
});

test('a benchmark that is limited in dollars needs the prices of all its pipelines', async () => {
  const variants = [variantOf(spec)];
  const unknown = { ...settings, router: 'unknown-1' };
  assert.equal(await expectBenchmarkPrices(variants, { kind: 'tokens', most: 5 }, unknown), null);
  await assert.rejects(
    expectBenchmarkPrices(variants, { kind: 'usd', most: 5 }, unknown),
    /unknown-1: limit tokens \(--limit/,
  );
  assert.equal(
    Object.keys((await expectBenchmarkPrices(variants, { kind: 'usd', most: 5 }, settings)) ?? {}).length,
    4,
  );
});

test('a repository is a folder, made absolute, or a URL as it stands', async () => {
  using folder = temporaryFolder();
  assert.deepEqual(await repositoryOf({ repo: folder.path }), { kind: 'path', path: folder.path });
  await aRepository(folder.path);
  assert.deepEqual(await repositoryOf({ repo: folder.path, ref: 'main' }), {
    kind: 'path',
    path: folder.path,
    ref: 'main',
  });
  assert.deepEqual(await repositoryOf({ repo: '.' }), { kind: 'path', path: process.cwd() });
  for (const url of ['https://example.com/a/b.git', 'ssh://git@example.com/a', 'git@example.com:a/b.git', 'file:///a'])
    assert.deepEqual(await repositoryOf({ repo: url }), { kind: 'url', url });
});

test('a repository that cannot be opened, or that git would run as a program, is refused', async () => {
  using folder = temporaryFolder();
  for (const repository of [
    join(folder.path, 'nope'),
    'ext::sh -c id',
    'https://user:password@example.com/a',
    'https://ghp_token@example.com/a',
    'ssh://git:password@example.com/a',
  ])
    await assert.rejects(repositoryOf({ repo: repository }), UsageError, repository);
  for (const ref of ['-x', 'a b', '', 'a\u0000b', 'a\nb'])
    await assert.rejects(repositoryOf({ repo: '.', ref }), UsageError, ref);
});

test('a ref that a folder does not have is refused before anything starts', async () => {
  using folder = temporaryFolder();
  const refused = (says: RegExp) => (error: unknown) => error instanceof UsageError && says.test(error.message);
  const wanted = { repo: folder.path, ref: 'nope' };
  await assert.rejects(repositoryOf(wanted), refused(/^--ref nope: .* is not in a git checkout: leave the ref out/));
  await aRepository(folder.path);
  await assert.rejects(
    repositoryOf(wanted),
    refused(/^--ref nope: there is no ref "nope" in .*: give a branch, a tag/),
  );
});

/** One commit, on the branch main. */
async function aRepository(path: string): Promise<void> {
  const git = (...given: string[]) => promisify(execFile)('git', ['-C', path, ...given]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '--message=first');
}

test('a question is trimmed, and a dash reads it from stdin', async () => {
  async function* pieces() {
    yield Buffer.from(' Wo ist d');
    yield Buffer.from('ie Tür?\n');
  }
  assert.equal(await readQuestion('-', pieces()), 'Wo ist die Tür?');
  assert.equal(await readQuestion(' Where? ', pieces()), 'Where?');
});

test('all attempts of a model call have time within the total', () => {
  const limits = callLimits({ ...settings, timeoutSeconds: 100, attempts: 4, heartbeatSeconds: 7 });
  assert.deepEqual([limits.modelCallSeconds, limits.modelCallAttempts, limits.heartbeatSeconds], [100, 4, 7]);
  assert.ok(limits.modelCallTotalSeconds > 400);
});
