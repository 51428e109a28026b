import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { RunLogFile } from '../../activities/benchmark/run-log-file.ts';
import { historyPath } from '../../activities/benchmark/record-answer.ts';
import { exportRunLog } from '../../client/benchmark/export-run-log.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { RunLogStore, runLogExportFile, runLogStoreFile } from '../../harness/run-log/run-log-store.ts';

function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-run-log-'));
  const file = runLogExportFile(folder);
  /** Of the export, brought up to date. */
  const ids = (): string[] => {
    exportRunLog(file);
    const lines = readFileSync(file, 'utf8').split('\n');
    assert.equal(lines.pop(), '', 'whole lines only');
    return lines.map((line) => JSON.parse(line).question_id);
  };
  return { folder, file, ids, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const record = (question_id: string, trial = 1) => RunLogRecord.parse({ question_id, variant: 'a', trial });
const keyOf = (question_id: string, variant = 'a') => ({ question_id, variant, trial: 1 });

test('a record is written once, however often and from wherever it is handed in', async () => {
  using place = scene();
  const [one, other] = [new RunLogFile(place.folder), new RunLogFile(place.folder)];
  const written = await Promise.all([one.append(record('q1')), one.append(record('q1')), one.append(record('q1', 2))]);
  assert.deepEqual(
    written.map(({ added }) => added),
    [true, false, true],
  );
  assert.equal(Math.max(...written.map(({ records }) => records)), 2);
  assert.equal((await other.append(record('q1'))).added, false);
  assert.equal((await other.append(record('q2'))).added, true);
  assert.equal(await one.has(keyOf('q2')), true);
  assert.equal(await one.has(keyOf('q2', 'b')), false);
  assert.deepEqual(place.ids(), ['q1', 'q1', 'q2']);
});

test('an attempt that is repeated is answered with the record of the first one', async () => {
  using place = scene();
  await new RunLogFile(place.folder).append({ ...record('q1'), final_answer: 'first' });
  const { added, record: kept } = await new RunLogFile(place.folder).append({
    ...record('q1'),
    final_answer: 'second',
  });
  assert.deepEqual([added, kept.final_answer], [false, 'first']);
});

type Writer = { child: ChildProcess; acknowledged: string[]; begin: () => void; gone: Promise<unknown> };

/** Resolves when it waits for `begin`. */
async function writer(folder: string, prefix: string, count: number, mostKiB?: number): Promise<Writer> {
  const limit = mostKiB === undefined ? '' : `trap '' XFSZ; ulimit -f ${mostKiB};`;
  const command = [process.execPath, join(import.meta.dirname, 'append-in-child.ts'), folder, prefix, String(count)];
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const;
  const child = spawn('bash', ['-c', `${limit} exec "$@"`, 'bash', ...command], { stdio: [...stdio] });
  const gone = once(child, 'exit');
  await Promise.race([once(child, 'message'), gone.then(() => assert.fail('the writer did not start'))]);
  const acknowledged: string[] = [];
  child.on('message', (message: { acknowledged: string }) => acknowledged.push(message.acknowledged));
  return { child, acknowledged, begin: () => child.send('begin'), gone };
}

test('two processes that write one log at once lose nothing', { timeout: 120_000 }, async () => {
  using place = scene();
  const writers = await Promise.all(['p', 'q'].map((prefix) => writer(place.folder, prefix, 60)));
  for (const { begin } of writers) begin();
  await Promise.all(writers.map(({ gone }) => gone));
  const acknowledged = writers.flatMap((each) => each.acknowledged);
  assert.equal(acknowledged.length, 120);
  assert.deepEqual(place.ids().toSorted(), acknowledged.toSorted());
});

test('a writer killed at any moment loses nothing that it has acknowledged, and the others go on', {
  timeout: 120_000,
}, async () => {
  using place = scene();
  const acknowledged: string[] = [];
  let kills = 0;
  for (const after of [1, 20]) {
    const prefix = `k${after}-`;
    const killed = await writer(place.folder, prefix, 100_000);
    killed.child.on('message', () => killed.acknowledged.length === after && killed.child.kill('SIGKILL'));
    killed.begin();
    const [, signal] = (await killed.gone) as [number | null, string];
    kills += signal === 'SIGKILL' ? 1 : 0;
    acknowledged.push(...killed.acknowledged);
    const log = new RunLogFile(place.folder);
    for (const id of killed.acknowledged) assert.equal((await log.append(record(id))).added, false, id);
    assert.equal((await log.append(record(`after-${after}`))).added, true);
  }
  assert.equal(kills, 2);
  const ids = place.ids();
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    acknowledged.filter((id) => !ids.includes(id)),
    [],
  );
});

test('what an earlier version has recorded is taken over, but for a line that a kill has cut off', async () => {
  using place = scene();
  writeFileSync(place.file, `${JSON.stringify(record('q1'))}\n\n${JSON.stringify(record('q2'))}\n`);
  appendFileSync(place.file, '{"question_id":"q3","variant":"a","tri');
  const logs = [new RunLogFile(place.folder), new RunLogFile(place.folder)];
  assert.deepEqual(await Promise.all(logs.map((log) => log.has(keyOf('q2')))), [true, true]);
  assert.equal(await logs[0]?.has(keyOf('q3')), false);
  assert.equal((await logs[1]?.append(record('q3')))?.added, true);
  const read: string[] = [];
  for await (const each of new RunLogFile(place.folder).records()) read.push(each.question_id);
  assert.deepEqual(read, ['q1', 'q2', 'q3']);
  assert.deepEqual(place.ids(), ['q1', 'q2', 'q3']);
});

test('a log of an earlier version that has no one reading is refused with its line, and not half taken over', async () => {
  using place = scene();
  writeFileSync(place.file, `${JSON.stringify(record('q1'))}\n${JSON.stringify(record('q1'))}\n`);
  for (const attempt of [1, 2])
    await assert.rejects(
      new RunLogFile(place.folder).refresh(),
      { type: 'BenchmarkUnusable', nonRetryable: true, message: /run-log\.jsonl:2: .*stands on line 1 already/ },
      `attempt ${attempt}`,
    );
  assert.equal(RunLogStore.existing(place.folder), null);
});

test('a log larger than one page is read whole, in the order in which it was written', async () => {
  using place = scene();
  const log = new RunLogFile(place.folder);
  const ids = Array.from({ length: 9 }, (_, at) => `q${at}`);
  for (const id of ids) await log.append({ ...record(id), final_answer: 'ü'.repeat(300_000) });
  const read: string[] = [];
  for await (const each of log.records()) read.push(each.question_id);
  assert.deepEqual(read, ids);
  await log.export();
  assert.deepEqual(place.ids(), ids);
  rmSync(runLogStoreFile(place.folder));
  assert.equal(await new RunLogFile(place.folder).has(keyOf('q8')), true);
});

test('an export replaces the file as a whole, and an interrupted one is made again', async () => {
  using place = scene();
  const log = new RunLogFile(place.folder);
  await log.append(record('q1'));
  await log.export();
  const before = readFileSync(place.file, 'utf8');
  await log.append(record('q2'));
  writeFileSync(`${place.file}.new`, 'left by a kill');
  assert.equal(readFileSync(place.file, 'utf8'), before);
  assert.deepEqual(place.ids(), ['q1', 'q2']);
  assert.equal(existsSync(`${place.file}.new`), false);
});

test('without room for an export the records stay, and the earlier export too', async () => {
  using place = scene();
  const log = new RunLogFile(place.folder);
  await log.append(record('q1'));
  await log.export();
  await log.append(record('q2'));
  mkdirSync(`${place.file}.new`);
  await assert.rejects(log.export(), /EISDIR/);
  assert.throws(() => exportRunLog(place.file), /the records of .* cannot be exported/);
  assert.equal(readFileSync(place.file, 'utf8').split('\n').length, 2);
  rmSync(`${place.file}.new`, { recursive: true });
  assert.deepEqual(place.ids(), ['q1', 'q2']);
});

test('where no more can be written a record is refused, and those before it stay', { timeout: 60_000 }, async () => {
  using place = scene();
  // As on a full disk: no file may grow beyond 256 KiB.
  const limited = await writer(place.folder, 'q', 100, 256);
  limited.begin();
  const [code] = (await limited.gone) as [number];
  assert.equal(code, 1);
  const { acknowledged } = limited;
  assert.ok(acknowledged.length > 0 && acknowledged.length < 20, `${acknowledged.length} records`);
  assert.deepEqual(place.ids(), acknowledged);
  const next = `q${acknowledged.length + 1}`;
  assert.equal((await new RunLogFile(place.folder).append(record(next))).added, true);
  assert.deepEqual(place.ids(), [...acknowledged, next]);
});

test('a writer waits for another one', async () => {
  using place = scene();
  const log = new RunLogFile(place.folder);
  await log.append(record('q1'));
  using other = new DatabaseSync(runLogStoreFile(place.folder));
  other.exec('BEGIN IMMEDIATE');
  const began = performance.now();
  const appended = log.append(record('q2'));
  // The loop of this process turns meanwhile.
  let turns = 0;
  for (; performance.now() - began < 300; turns += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  other.exec('ROLLBACK');
  assert.equal((await appended).added, true);
  assert.ok(turns >= 5, `${turns} turns`);
});

test('a folder that is deleted and made anew has a log of its own', async () => {
  using place = scene();
  const log = new RunLogFile(place.folder);
  await log.append(record('q1'));
  rmSync(place.folder, { recursive: true });
  await assert.rejects(log.append(record('q2')));
  mkdirSync(place.folder);
  assert.equal((await log.append(record('q1'))).added, true);
  assert.deepEqual(place.ids(), ['q1']);
});

test('histories of different runs never share a file, and every name is safe', () => {
  const ids = [
    'b/variant/q/1',
    'b/variant/q_1/1',
    'b/variant/q/1/1',
    'b/variant/../1',
    `b/variant/${'x'.repeat(300)}/1`,
    'b/variant/q\n/1',
  ];
  const paths = ids.map(historyPath);
  assert.equal(paths[0], 'histories/b_variant_q_1.json.gz');
  assert.equal(new Set(paths).size, ids.length);
  for (const path of paths) assert.match(path, /^histories\/[A-Za-z0-9._-]{1,240}$/);
});

test('a database of 0.1 is read and added to: its records have other names, the new ones those of today', async () => {
  using place = scene();
  const evidence = [{ path: 'a.js', firstLine: 3, lastLine: 4 }];
  const usage = { modelCalls: 1, inputTokens: 9, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };
  const former = {
    question_id: 'q1',
    variant: 'a',
    trial: 1,
    evidence,
    cost_usd: 0.5,
    usage: { ...usage, costUsd: 0.5 },
  };
  {
    using store = RunLogStore.open(place.folder);
    store.append(keyOf('q1'), JSON.stringify(former));
  }
  const log = new RunLogFile(place.folder);
  const kept = await log.append({ ...record('q1'), final_answer: 'again' });
  assert.deepEqual([kept.added, kept.record.evidence?.[0]?.first_line], [false, 3]);
  await log.append(RunLogRecord.parse({ ...former, question_id: 'q2' }));
  const read: RunLogRecord[] = [];
  for await (const each of log.records()) read.push(each);
  const [old, now] = read.map(({ question_id: _, ...rest }) => rest);
  assert.deepEqual(old, now);
  assert.equal(old?.usage?.input_tokens, 9);
  await log.export();
  const lines = readFileSync(place.file, 'utf8').trim().split('\n');
  assert.match(lines[0] ?? '', /"firstLine":3/);
  assert.match(lines[1] ?? '', /"first_line":3/);
  assert.doesNotMatch(lines[1] ?? '', /firstLine|inputTokens|costUsd/);
});
