import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeBenchmarkReport } from '../../../client/benchmark/benchmark-report.ts';
import type { RunLogRecord } from '../../../contracts/run-log.ts';
import { questionAnchor } from '../../../harness/report/links.ts';
import { writeBenchmark } from './benchmark-folder.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

const right = (record: RunLogRecord): RunLogRecord => ({
  ...record,
  outcome: 'answered',
  final_answer: 'An error of the repository.',
  evidence: [{ path: 'lib/command.js', first_line: 1, last_line: 3, quote: 'class Command', status: 'verified' }],
});
const oneInFive = (record: RunLogRecord, at: number) =>
  record.variant === 'orchestrated' && at % 5 === 0 ? right(record) : record;

async function reportOf(folder: string) {
  const files = await writeBenchmarkReport(folder);
  return { page: readFileSync(files.report, 'utf8'), memo: readFileSync(files.memo, 'utf8') };
}

const hrefsOf = (text: string) => [...text.matchAll(/ href="([^"]*)"/g)].map((match) => match[1] ?? '');

test('a benchmark’s report holds both variants’ answers, links and traces with their overhead marked', async () => {
  using folder = temporaryFolder();
  writeBenchmark(folder.path, { questions: 12, change: oneInFive });
  const { page } = await reportOf(folder.path);
  assert.match(page, /These are answers of the offline model: they show the machinery/);
  for (let at = 0; at < 12; at += 1) {
    const details =
      page.split(`<details class="question" id="q-q-${at}">`)[1]?.split('<details class="question"')[0] ?? '';
    for (const variant of ['single-agent', 'orchestrated']) {
      assert.ok(details.includes(`href="histories/b-1_${variant}_q-${at}_1.json.gz"`), variant);
      assert.match(details, new RegExp(`${variant}-pipeline`));
    }
    assert.match(details, /Candidate beyond baseline: [-+]\d+ model calls, [-+]\d+ tool calls, [-+]\d+ tokens/);
    assert.match(details, /routing <em class="mark">overhead<\/em>.*gate <em class="mark">overhead/s);
    assert.match(details, /<em class="mark">routing<\/em> \d+ ms \(\d+ %\), \d+ tokens, cost unknown/);
  }
  assert.equal([...page.matchAll(/<tr data-route=/g)].length, 12);
  assert.ok([...page.matchAll(/<svg role="img"/g)].length >= 5);
});

test('every link within the report, and from the memo to it, has a place', async () => {
  using folder = temporaryFolder();
  writeBenchmark(folder.path, { questions: 12, change: oneInFive, more: ['without-docs'] });
  const { page, memo } = await reportOf(folder.path);
  const linked = [...memo.matchAll(/\]\(report\.html#([^)]*)\)/g)].map((match) => match[1] ?? '');
  assert.ok(linked.length > 15);
  const fragments = [...linked, ...hrefsOf(page).flatMap((href) => (href.startsWith('#') ? [href.slice(1)] : []))];
  for (const fragment of fragments) assert.ok(page.includes(` id="${fragment.split('?')[0]}"`), fragment);
  const labels = fragments.flatMap((fragment) => new URLSearchParams(fragment.split('?')[1] ?? '').get('label') ?? []);
  assert.ok(labels.length > 2);
  assert.match(memo, /- without docs: \[-\d+\.\d points\]/);
  assert.equal(JSON.parse(readFileSync(join(folder.path, 'comparison.json'), 'utf8')).questions, 12);
});

test('what a log holds never becomes markup, and the page’s policy allows its own style and script alone', async () => {
  const hostile = `</style></script><script>alert(1)</script><img src=x onerror=alert(1)>"'`;
  using folder = temporaryFolder();
  const spoil = (record: RunLogRecord): RunLogRecord => ({
    ...record,
    final_answer: hostile,
    route: hostile,
    workflow_id: hostile,
    dataset: hostile,
    evidence: [{ path: hostile, first_line: 1, last_line: 2, quote: hostile, status: 'unresolved' }],
    tools_called: [
      {
        tool: hostile,
        specialist: hostile,
        try: 1,
        arguments_text: hostile,
        status: 'ok',
        content: null,
        paths: [hostile],
      },
    ],
    links: { web: 'javascript:alert(1)', trace: `x" onclick="alert(1)`, history: '../../etc/passwd' },
  });
  writeBenchmark(folder.path, { questions: 3, change: spoil });
  const dataset = readFileSync(join(folder.path, 'dataset.jsonl'), 'utf8').replaceAll(
    '"code"',
    JSON.stringify(hostile),
  );
  writeFileSync(join(folder.path, 'dataset.jsonl'), dataset);
  const { page, memo } = await reportOf(folder.path);
  const markup = page.replace(/(<(style|script)>).*?(<\/\2>)/gs, '$1$3').replace(/"[^"]*"/g, '""');
  assert.equal([...markup.matchAll(/<script/gi)].length, 1);
  const active = /<(?:img|link|iframe|object)|<[^>]*\s(?:on\w+|style|src|srcset|action)=|url\(|@import/i;
  assert.equal(active.exec(markup)?.[0], undefined);
  const leading = hrefsOf(page).filter((href) => !/^(#|https?:)/.test(href));
  assert.deepEqual([...new Set(leading)], ['x%22%20onclick%3D%22alert(1)']);
  assert.doesNotMatch(memo, /[^\\]<script/);
  assert.ok(page.includes('&lt;/script&gt;&lt;script&gt;alert(1)'));
  for (const [tag, directive] of [
    ['style', 'style-src'],
    ['script', 'script-src'],
  ] as const) {
    const inline = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(inline).digest('base64');
    assert.ok(
      page.includes(`${directive} &#39;sha256-${hash}&#39;;`) || page.includes(`${directive} 'sha256-${hash}';`),
      tag,
    );
  }
  assert.match(page, /content="default-src (?:'|&#39;)none/);
});

test('a run log of one variant says what to do instead', async () => {
  using folder = temporaryFolder();
  writeBenchmark(folder.path, { questions: 2 });
  const log = join(folder.path, 'run-log.jsonl');
  writeFileSync(log, readFileSync(log, 'utf8').split('\n').slice(0, 2).join('\n'));
  await assert.rejects(
    writeBenchmarkReport(folder.path),
    /records of one variant only, and a report compares two: "switchyard signals /,
  );
});

test('a manifest that does not fit is told with what is wrong', async () => {
  using folder = temporaryFolder();
  writeBenchmark(folder.path, { questions: 1 });
  writeFileSync(join(folder.path, 'benchmark.json'), '{"id": ""}');
  await assert.rejects(writeBenchmarkReport(folder.path), /benchmark\.json: id: /);
});

test('compare writes a report and a memo beside it, whose links lead to the log’s histories', async () => {
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  writeBenchmark(folder.path, { questions: 4, change: oneInFive });
  const log = join(folder.path, 'run-log.jsonl');
  const [page, memo] = [join(elsewhere.path, 'my report.html'), join(elsewhere.path, 'memo.md')];
  const files = ['-o', page, '-o', memo];
  const dataset = join(folder.path, 'dataset.jsonl');
  const end = await runInProcess([
    'compare',
    `${log}:single-agent`,
    `${log}:orchestrated`,
    '--dataset',
    dataset,
    ...files,
  ]);
  assert.equal(end.code, 0);
  assert.equal(end.stderr, "answers of the offline model: they show the machinery, not a language model's quality\n");
  assert.match(readFileSync(memo, 'utf8'), /\(my%20report\.html#cells\)/);
  const history = hrefsOf(readFileSync(page, 'utf8')).find((href) => href.includes('orchestrated_q-0'));
  assert.equal(join(elsewhere.path, history ?? ''), join(folder.path, 'histories/b-1_orchestrated_q-0_1.json.gz'));
  assert.ok(readFileSync(page, 'utf8').includes(`id="${questionAnchor('q-0')}"`));
});

/** Beside the benchmark, one of each route of its team: docs is right, the others are wrong. */
function writeRoutes(folder: string, routes: readonly string[]): void {
  const of = `${folder}-routes-0123456789ab`;
  const manifest = JSON.parse(readFileSync(join(folder, 'benchmark.json'), 'utf8'));
  const lines = readFileSync(join(folder, 'run-log.jsonl'), 'utf8').trim().split('\n');
  const taken = lines
    .map((line) => JSON.parse(line) as RunLogRecord)
    .filter(({ variant }) => variant === 'orchestrated');
  const [, team] = manifest.variants;
  const variants = routes.map((route) => ({ ...team, name: `route-${route}`, forcedRoute: route }));
  const records = routes.flatMap((route) =>
    taken.map((record) => ({
      ...(route === 'docs' ? right(record) : record),
      variant: `route-${route}`,
      route,
      routes_run: [route],
    })),
  );
  mkdirSync(of);
  writeFileSync(join(of, 'benchmark.json'), JSON.stringify({ ...manifest, id: 'b-1-routes-0123456789ab', variants }));
  writeFileSync(join(of, 'run-log.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

test('a report has what each router costs, and its regret once every route was run', async () => {
  using place = temporaryFolder();
  const folder = join(place.path, 'b-1');
  mkdirSync(folder);
  const never = (record: RunLogRecord): RunLogRecord => ({ ...record, outcome: 'answered', final_answer: 'No idea.' });
  const oneRight = (record: RunLogRecord, at: number) =>
    record.variant === 'orchestrated' && at % 12 === 5 ? right(record) : never(record);
  writeBenchmark(folder, { questions: 12, change: oneRight });
  const section = async () => {
    const row = /<section id="routers">.*?<\/section>/s.exec((await reportOf(folder)).page)?.[0] ?? '';
    return { row, cells: [...row.matchAll(/<td>([^<]*)<\/td>/g)].map((match) => match[1]) };
  };
  const before = await section();
  assert.equal(before.cells[0], 'model');
  assert.match(before.cells[1] ?? '', /^\d+$/);
  // The answer that was right can't be regretted; of the others nothing is known.
  assert.deepEqual(before.cells.slice(4), ['0.0 %', 'unknown', 'unknown', '1 of 12']);
  assert.match(before.row, /<code>switchyard counterfactual<\/code>/);
  writeRoutes(folder, ['code', 'docs', 'debug', 'general']);
  const after = await section();
  assert.match(after.cells[4] ?? '', /^91\.7 % \(/);
  assert.equal(after.cells[7], '12 of 12');
});
