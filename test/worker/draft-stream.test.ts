import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type DraftEvent, Drafts } from '../../contracts/draft-stream.ts';
import { readDrafts } from '../../runtime/client/draft-reader.ts';
import { DraftBuffer } from '../../worker/streaming/draft-buffer.ts';
import { openDraftSocket } from '../../worker/streaming/draft-socket.ts';
import { until } from '../support/until.ts';

const run = { workflowId: 'ask-1', runId: 'r' };

function event(index: number, text: string, more: Partial<DraftEvent> = {}): DraftEvent {
  return {
    ...run,
    call: 'c',
    stage: 'specialist',
    specialist: 'code',
    try: 1,
    attempt: [7, 1, 1],
    index,
    text,
    ...more,
  };
}

const holds = (look: () => boolean) => until(async () => look() || null);
const textOf = (drafts: Drafts, call = 'c') => drafts.get(call)?.text;

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'swd-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'streams');
}

async function workerIn(t: TestContext, folder: string) {
  const warnings: string[] = [];
  const socket = await openDraftSocket(folder, { warn: (text: unknown) => void warnings.push(String(text)) });
  t.after(() => socket[Symbol.asyncDispose]());
  return { buffer: socket, socket, warnings };
}

function reading(t: TestContext, folder: string, of = run) {
  const drafts = new Drafts();
  const events: DraftEvent[] = [];
  const kinds: string[] = [];
  const reader = readDrafts(folder, of, (each) => {
    events.push(each);
    kinds.push(drafts.take(each).kind);
  });
  t.after(() => reader[Symbol.dispose]());
  return { drafts, events, kinds, reader };
}

test('an attempt that is cut off and made again leaves the text once', () => {
  const drafts = new Drafts();
  const pieces = Array.from({ length: 60 }, (_, at) => `${at} `);
  const write = (attempt: DraftEvent['attempt'], count: number) => {
    let index = 0;
    for (const piece of pieces.slice(0, count)) {
      drafts.take(event(index, piece, { attempt }));
      index += piece.length;
    }
  };
  write([7, 1, 1], 31);
  write([7, 2, 1], 60);
  assert.equal(textOf(drafts), pieces.join(''));
  // A worker that has lost the call and writes on.
  assert.equal(drafts.take(event(80, 'more', { attempt: [7, 1, 1] })).kind, 'ignored');
  // The workflow has the call made by another activity.
  assert.equal(drafts.take(event(0, 'again', { attempt: [12, 1, 1] })).kind, 'replaced');
  assert.equal(textOf(drafts), 'again');
});

test('whatever comes twice, late or from two workers: what is shown is the beginning of one attempt', () => {
  const texts = ['first attempt, cut', 'the second one, whole'];
  const parts = texts.flatMap((text, at) =>
    [...text].map((piece, index) => event(index, piece, { attempt: [7, at + 1, 1] })),
  );
  fc.assert(
    fc.property(fc.array(fc.nat(parts.length - 1), { maxLength: 200 }), fc.boolean(), (order, inOrder) => {
      const drafts = new Drafts();
      const sent = inOrder ? [...parts, ...order.map((at) => parts[at])] : order.map((at) => parts[at]);
      for (const each of sent) {
        if (each !== undefined) drafts.take(each);
        const shown = textOf(drafts) ?? '';
        assert.ok(texts.some((text) => text.startsWith(shown)));
      }
      if (inOrder) assert.equal(textOf(drafts), texts[1]);
    }),
  );
});

test('a reader hears two workers, one that comes late finds what is there, and one that comes later is found', async (t) => {
  const folder = await folderFor(t);
  const [one, two] = [await workerIn(t, folder), await workerIn(t, folder)];
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  one.buffer.tell(event(0, 'In `a.js`'));
  one.buffer.tell(event(0, 'another run', { runId: 'other' }));
  const late = reading(t, folder);
  await holds(() => textOf(late.drafts) === 'In `a.js`');
  one.buffer.tell(event(9, ', line'));
  one.buffer.tell(event(15, ' 1.', { ended: true }));
  two.buffer.tell(event(0, 'In docs.', { call: 'd', specialist: 'docs' }));
  await holds(() => textOf(late.drafts) === 'In `a.js`, line 1.' && textOf(late.drafts, 'd') === 'In docs.');
  assert.deepEqual(late.drafts.get('c')?.ended, true);
  // The worker dies in the middle of the next attempt; another one, which starts, makes it again.
  two.buffer.tell(event(0, 'In doc', { call: 'd', attempt: [8, 1, 1] }));
  await holds(() => textOf(late.drafts, 'd') === 'In doc');
  await two.socket[Symbol.asyncDispose]();
  const three = await workerIn(t, folder);
  three.buffer.tell(event(0, 'In docs, again.', { call: 'd', attempt: [8, 2, 1], replayed: true }));
  await holds(() => textOf(late.drafts, 'd') === 'In docs, again.');
  assert.equal(late.drafts.get('d')?.replayed, true);
  assert.equal(late.reader.workers(), 2);
  assert.ok(late.events.every(({ runId }) => runId === 'r'));
  assert.deepEqual(
    [one, two, three].flatMap(({ warnings }) => warnings),
    [],
  );
});

test('a slow reader is dropped, and the others hear everything', async (t) => {
  const folder = await folderFor(t);
  const { buffer } = await workerIn(t, folder);
  const [name = ''] = readdirSync(folder);
  const slow = connect(join(folder, name));
  t.after(() => slow.destroy());
  let dropped = false;
  slow.on('close', () => (dropped = true));
  slow.on('error', () => {});
  slow.write(`${JSON.stringify(run)}\n`);
  slow.pause();
  const quick = reading(t, folder);
  await holds(() => quick.reader.workers() === 1);
  const piece = 'x'.repeat(20_000);
  let slowest = 0;
  for (let send = 1; send <= 400; send += 1) {
    const began = performance.now();
    buffer.tell(event(0, piece, { attempt: [7, 1, send] }));
    slowest = Math.max(slowest, performance.now() - began);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await holds(() => quick.drafts.get('c')?.attempt[2] === 400);
  slow.resume();
  await holds(() => dropped);
  assert.ok(slowest < 100, `${slowest} ms`);
});

test('what is kept of runs is bounded, and a watched run stays whole', async () => {
  const buffer = new DraftBuffer();
  const heard: DraftEvent[] = [];
  buffer.tell(event(0, 'begun'));
  const { drafts } = buffer.watch(run, (each) => heard.push(each));
  assert.equal(drafts[0]?.text, 'begun');
  for (let at = 0; at < 2_000; at += 1) buffer.tell(event(0, 'y'.repeat(20_000), { runId: `r${at}`, call: 'c' }));
  for (let call = 0; call < 10; call += 1)
    buffer.tell(event(0, 'z'.repeat(20_000), { runId: 'last', call: `c${call}` }));
  buffer.tell(event(5, ' and ended', { ended: true }));
  assert.equal(heard.length, 1);
  const kept = (runId: string) => buffer.watch({ ...run, runId }, () => {}).drafts;
  assert.equal(kept('r0').length, 0);
  assert.equal(kept('r1999').length, 1);
  assert.equal(kept('last').length, 4);
  assert.equal(kept('r')[0]?.text, 'begun and ended');
});

test('whoever says no request is dropped, and a folder that cannot be had costs a warning', async (t) => {
  const folder = await folderFor(t);
  await workerIn(t, folder);
  const [name = ''] = readdirSync(folder);
  for (const said of ['nonsense\n', '{"workflowId": 1}\n', 'x'.repeat(20_000)]) {
    const socket = connect(join(folder, name));
    socket.on('error', () => {});
    socket.resume().write(said);
    await new Promise((resolve) => socket.once('close', resolve));
  }
  const { warnings } = await workerIn(t, join(import.meta.filename, 'streams'));
  assert.equal(warnings.length, 1);
});
