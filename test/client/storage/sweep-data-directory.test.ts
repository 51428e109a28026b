/** A sweep beside a worker at work: what an open run or one inside its retention needs stays, the rest goes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noEncryption } from '../../../codecs/cipher.ts';
import type { AnswerOutcome } from '../../../contracts/run.ts';
import { storedContent } from '../../../retrieval/store/content-sweep.ts';
import { storedRepositories } from '../../../retrieval/store/store-sweep.ts';
import { replayWorkerOf } from '../../support/scene.ts';
import {
  ask,
  contentOf,
  idsOf,
  missing,
  moment,
  snapshotsIn,
  stageOfFile,
  startWaiting,
  sweep,
  traceFile,
  traceOf,
} from './stage.ts';

const opened = stageOfFile();

test('an open run goes on, one inside its retention replays and shows its trace, and what only an old one needs goes', async () => {
  const { stage } = opened;
  const { scene, paths } = stage;
  const open = await startWaiting(scene);
  const old = await ask(scene, 'What was asked long ago?');
  const [ofOld, oldTrace] = [await contentOf(old, paths), await traceFile(old, paths)];
  const since = await moment();
  const recent = await ask(scene, 'What was asked lately?');
  const ofRecent = await contentOf(recent, paths);
  const shared = new Set([...ofOld].filter((id) => ofRecent.has(id)));
  assert.ok(shared.size > 0 && shared.size < ofOld.size, 'a tool gave both the same text');
  const [trace, recentTrace] = [await traceOf(scene, recent), await traceFile(recent, paths)];
  const exported = readFileSync(recentTrace);
  const journal = readdirSync(paths.journal).length;

  const dry = await sweep(scene, since, { dryRun: true });
  assert.ok(dry.removed.content.count > 0);
  assert.deepEqual([dry.after, missing(ofOld, idsOf(paths))], [null, []]);

  const report = await sweep(scene, since);
  const left = idsOf(paths);
  assert.deepEqual(missing(ofOld, left).toSorted(), missing(ofOld, shared).toSorted(), 'of the old one alone');
  assert.deepEqual(missing(ofRecent, left), [], 'of the recent one');
  assert.equal(report.removed.content.count, dry.removed.content.count);
  assert.equal(existsSync(oldTrace), false);
  assert.deepEqual(readFileSync(recentTrace), exported);
  assert.equal(await traceOf(scene, recent), trace);
  assert.equal(await replayWorkerOf(noEncryption).replay(await recent.fetchHistory(), recent.workflowId), null);
  assert.equal(report.removed.journal.count, 1, 'of the old one');
  assert.equal(readdirSync(paths.journal).length, journal - 1, 'the open and the recent one, which can be forked');

  stage.comeBack();
  await open.signal('retry');
  const outcome = (await open.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.equal(outcome.state.evidence[0]?.status, 'verified');
  await traceFile(open, paths);
});

test('a snapshot that only an old run needs goes, and is opened anew under a worker that still knows it', async () => {
  const { scene, paths } = opened.stage;
  const file = join(scene.dataDirectory, 'repository/lib/kettle.js');
  const text = readFileSync(file, 'utf8');
  await ask(scene, 'What does the first version do?');
  const [first] = snapshotsIn(paths);
  const since = await moment();
  writeFileSync(file, `// Second version.\n${text}`);
  await ask(scene, 'What does the second version do?');
  assert.equal(snapshotsIn(paths).length, 2);
  const dry = await sweep(scene, since, { dryRun: true });
  assert.equal(snapshotsIn(paths).length, 2);
  const report = await sweep(scene, since);
  assert.equal(report.removed.snapshots.count, 1);
  assert.deepEqual(snapshotsIn(paths).includes(String(first)), false);
  const { count, bytes } = dry.removed.snapshots;
  assert.deepEqual([count, bytes > 0, bytes < dry.before.snapshots.bytes], [1, true, true], `${bytes} bytes`);

  writeFileSync(file, text);
  const again = await ask(scene, 'And what did the first one do?');
  const outcome = (await again.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.deepEqual([outcome.state.evidence[0]?.firstLine, outcome.state.evidence[0]?.status], [2, 'verified']);
  assert.ok(snapshotsIn(paths).includes(String(first)));
});

test('with nothing needed any more the store of a repository is removed, and made again at the next question', async () => {
  const { scene, paths } = opened.stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  const { before, removed } = await sweep(scene, since, { dryRun: true });
  assert.deepEqual(removed.snapshots, before.snapshots);
  const report = await sweep(scene, since);
  assert.ok(report.removed.snapshots.bytes > 0);
  assert.equal(report.after?.snapshots.bytes, 0);
  assert.deepEqual([storedRepositories(paths.dataDirectory), [...storedContent(paths.content)]], [[], []]);
  const then = (await (await ask(scene, 'What is asked then?')).result()) as AnswerOutcome;
  assert.equal(then.kind, 'answered');
});
