/** Who may see the page, what a browser and a program are told, and under which policies things are shown. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBenchmark } from '../../../client/benchmark/benchmark-folder.ts';
import { BenchmarkManifest } from '../../../contracts/benchmark.ts';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { pipeline } from '../../support/scene.ts';
import { goodDraft, says } from '../../support/team.ts';
import { type OpenedPage, pageOfFile } from './a-page.ts';

const file = pageOfFile();

test('who has not signed in is led to the form, and a form of another site is refused', async () => {
  file.play();
  const { page } = file;
  const led = await page.get('/runs?status=failed', { cookie: '' });
  assert.deepEqual([led.status, led.location], [303, '/login?next=%2Fruns%3Fstatus%3Dfailed']);
  for (const origin of ['https://evil.example', 'null'])
    assert.equal((await page.post('/ask', { question: 'x' }, { origin })).status, 403, origin);
  assert.match((await page.get('/assets/page.css', { cookie: '' })).text, /:root/);
  assert.match((await page.get('/assets/page.js', { cookie: '' })).text, /EventSource/);
});

test('a browser is shown a page with the code and the way out, a program the same as JSON', async () => {
  file.play();
  const { page } = file;
  const shown = await page.get('/runs/ask-none');
  assert.equal(shown.status, 404);
  assert.match(shown.text, /<h1>RunNotFound<\/h1>.*there is no run ask-none/s);
  const told = await page.get('/runs/ask-none', { accept: 'application/json' });
  assert.equal((JSON.parse(told.text) as { error: { code: string } }).error.code, 'RunNotFound');
  assert.match((await page.get('/no/such')).text, /<h1>not_found<\/h1>/);
  assert.equal((await page.get('/threads/none')).status, 404);
  assert.equal((await page.get('/threads/no%20name')).status, 400);
  assert.equal((await page.post('/runs/ask-none/cancel', {})).status, 404);
});

test('every page allows scripts and styles of its own origin alone, and is not stored', async () => {
  file.play();
  const { page } = file;
  for (const path of ['/', '/runs', '/threads', '/decisions', '/benchmarks', '/runs/none']) {
    const { headers, text } = await page.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/, path);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/, path);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.doesNotMatch(text, /style="|<style|\son[a-z]+="|https?:\/\/(?!127\.0\.0\.1)/, path);
  }
});

test('a report runs its own script alone, apart from this site; a name that is no benchmark is none', async () => {
  file.play();
  const { page } = file;
  await writeBenchmark(
    page,
    'bench-1',
    '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-x&#39;">',
  );
  await writeBenchmark(page, 'bench-2', '<script>alert(1)</script>');
  const list = (await page.get('/benchmarks')).text;
  assert.match(list, /bench-1.*href="\/benchmarks\/bench-1\/report"/s);
  const policy = async (id: string) =>
    (await page.get(`/benchmarks/${id}/report`)).headers.get('content-security-policy');
  assert.equal(
    await policy('bench-1'),
    "default-src 'none'; script-src 'sha256-x'; sandbox allow-scripts; frame-ancestors 'none'",
  );
  assert.equal(await policy('bench-2'), "default-src 'none'; sandbox; frame-ancestors 'none'");
  for (const id of ['none', 'bench-1%2f..%2fbench-2', '..', '%2e%2e'])
    assert.ok([400, 404].includes((await page.get(`/benchmarks/${id}/report`)).status), id);
});

async function writeBenchmark({ scene }: OpenedPage, id: string, report: string): Promise<void> {
  const variants = [{ name: 'single-agent', specHash: 'a', pipeline: pipeline() }];
  const about = { dataset: 'kettle', questions: 3, trials: 1, variants, plan: ComparisonPlan.parse({}) };
  const manifest = BenchmarkManifest.parse({ id, ...about, offline: true, startedAt: '2026-11-29T08:00:00Z' });
  const folder = await createBenchmark(scene.config, manifest, '');
  await writeFile(join(folder, 'report.html'), report);
}

test('the events of a run tell its stages, its drafts and its end, and a reader that leaves does not end it', async () => {
  // Long enough that a reader, who asks four times a second, sees a stage.
  file.play({ specialist: () => ({ ...says(goodDraft), delayMs: 2_000 }) });
  const { page } = file;
  const run = await page.ask({ question: 'What does boil do?' });
  const left = new AbortController();
  const leaving = await fetch(`${page.url}${run}/events`, { headers: { cookie: page.cookie }, signal: left.signal });
  await leaving.body?.getReader().read();
  left.abort();
  const { text, headers } = await page.get(`${run}/events`, { accept: 'text/event-stream' });
  assert.match(headers.get('content-type') ?? '', /^text\/event-stream/);
  const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(
    ([, name = '', data = '']) => [name, JSON.parse(data)] as const,
  );
  const [last, end] = events.at(-1) ?? [];
  assert.equal(last, 'end', text);
  assert.match(end?.html ?? '', /boil throws KETTLE_EMPTY.*<a href="[^"]+\/sources\/1">/s);
  assert.ok(
    events.some(([name, { id }]) => name === 'part' && id === 'stage'),
    text,
  );
  assert.match(await page.ended(run), /boil throws KETTLE_EMPTY/);
  const after = await page.get(`${run}/events`, { accept: 'text/event-stream' });
  assert.match(after.text, /event: end/);
});
