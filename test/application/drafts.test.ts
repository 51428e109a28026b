/** What a surface is told of drafts while a run is watched, and how a terminal lays them out. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { newRunId, type RunEvent, startRun, type WatchEvent, watchRun, withDrafts } from '../../application/index.ts';
import { elsewhereText } from '../../application/words/draft-words.ts';
import { draftLines } from '../../client/terminal/draft-lines.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { DraftEvent } from '../../contracts/draft-stream.ts';
import { openDraftSocket } from '../../worker/streaming/draft-socket.ts';
import { openScene, pipeline, quickLimits } from '../support/scene.ts';
import { goodDraft, startTeam } from '../support/team.ts';
import { sessionOf } from './session.ts';

const run = { workflowId: 'w', runId: 'r' };
const piece = (index: number, text: string, more: Partial<DraftEvent> = {}): DraftEvent => ({
  ...run,
  ...{ call: 'c', stage: 'specialist', specialist: 'code', try: 1, attempt: [1, 1, 1], index, text },
  ...more,
});
const stateOf = (stage: string, outputs: unknown[] = []) =>
  ({ kind: 'progress', progress: { stage, state: { specialist_output: outputs } } }) as unknown as RunEvent;

async function folderWithWorker(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'swd-'));
  const socket = await openDraftSocket(join(folder, 'streams'), { warn: () => assert.fail('no warning') });
  t.after(async () => {
    await socket[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  return { streams: join(folder, 'streams'), buffer: socket };
}

test('drafts come between the states of a run, and a reader that is slow gets several pieces as one', async (t) => {
  const { streams, buffer } = await folderWithWorker(t);
  const finish = Promise.withResolvers<void>();
  async function* states(): AsyncGenerator<RunEvent, void> {
    yield stateOf('routing');
    await finish.promise;
    yield { kind: 'finished' } as RunEvent;
  }
  const seen: WatchEvent[] = [];
  for await (const event of withDrafts(states(), streams, run)) {
    seen.push(event);
    if (event.kind === 'progress') buffer.tell(piece(0, 'In '));
    if (event.kind !== 'draft') continue;
    if (event.draft.text === 'In ') {
      for (const [index, text] of [...'a.js'].entries()) buffer.tell(piece(3 + index, text));
      await new Promise((resolve) => setTimeout(resolve, 100));
    } else if (event.draft.text === 'In a.js') buffer.tell(piece(0, 'Again', { attempt: [1, 2, 1] }));
    else finish.resolve();
  }
  const drafts = seen.flatMap((event) => (event.kind === 'draft' ? [[event.draft.text, event.from]] : []));
  assert.deepEqual(drafts, [
    ['In ', 0],
    ['In a.js', 3],
    ['Again', 0],
  ]);
  assert.equal(seen.at(-1)?.kind, 'finished');
});

test('where no worker of this machine writes the drafts, that is told once', async () => {
  async function* states(): AsyncGenerator<RunEvent, void> {
    yield* [stateOf('routing'), stateOf('delegating'), stateOf('reviewing', [{}])];
    yield { kind: 'finished' } as RunEvent;
  }
  const kinds: string[] = [];
  for await (const event of withDrafts(states(), '/no/such/folder', run)) kinds.push(event.kind);
  assert.deepEqual(kinds, ['progress', 'drafts-elsewhere', 'progress', 'progress', 'finished']);
});

test('a worker of this machine that is only being connected is not taken for one on another', async (t) => {
  const { streams } = await folderWithWorker(t);
  async function* states(): AsyncGenerator<RunEvent, void> {
    yield stateOf('delegating');
    yield { kind: 'finished' } as RunEvent;
  }
  const kinds: string[] = [];
  for await (const event of withDrafts(states(), streams, run)) kinds.push(event.kind);
  assert.deepEqual(kinds, ['progress', 'finished']);
});

test('a run of a worker tells its draft before its outcome, which is the same text', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  await using session = await sessionOf(scene);
  const repository = { kind: 'path', path: `${scene.dataDirectory}/repository` } as const;
  const input = { question: 'What does boil do?', repository, pipeline: pipeline(), forcedRoute: 'code' };
  const started = await startRun(session, { ...input, limits: quickLimits }, newRunId());
  const { streams } = dataPaths(scene.dataDirectory);
  const events = watchRun(session, started, new AbortController().signal);
  let [shown, name] = ['', ''];
  for await (const event of withDrafts(events, streams, started)) {
    if (event.kind === 'draft') [shown, name] = [event.draft.text, event.draft.specialist ?? ''];
    if (event.kind === 'finished') assert.equal(event.outcome.state.final_answer, goodDraft.answer);
  }
  assert.deepEqual([shown, name], [goodDraft.answer, 'code']);
});

test('a terminal shows the end of each draft below its name, and nothing that steers it', () => {
  const view = draftLines();
  const show = (draft: DraftEvent, tries = 2) => view.take({ kind: 'draft', draft, from: 0 }, tries);
  const lines = (rows = 40) => view.lines({ columns: 60, rows });
  show(piece(0, 'one\u001b[2J\u202e\r\ntwo https://example.com'));
  assert.deepEqual(lines(), ['draft code 1/2', '  one\ufffd[2J\ufffd', '  two https://example.com']);
  show(piece(0, Array.from({ length: 500 }, (_, at) => `line ${at}`).join('\n')));
  assert.equal(lines().at(-1), '  line 499');
  assert.ok(lines().length <= 12);
  show(piece(0, 'from docs', { call: 'd', specialist: 'docs', try: 2, replayed: true }));
  assert.ok(lines().includes('draft docs 2/2, from the journal'));
  assert.ok(lines(10).length <= 4, lines(10).join());
  view.take({ kind: 'drafts-elsewhere' }, 2);
  assert.equal(lines()[0], elsewhereText);
  show(piece(0, 'both', { call: 'e', stage: 'synthesis' }));
  assert.deepEqual(lines().slice(1), ['draft synthesis', '  both']);
});
