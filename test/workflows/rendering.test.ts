import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { type Conversation, loadConversation, renderMessages } from '../../activities/agents/conversation.ts';
import type { SpecialistResult } from '../../contracts/agent.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { createContentStore, openContent, unpackedPiece } from '../../retrieval/store/content-store.ts';
import { createRetrieval } from '../../retrieval/repository.ts';
import { historyOf } from '../support/histories.ts';
import { openScene, pipeline, replayAtEachTask } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';

replayAtEachTask();

test('tool results that are gone from the store are rendered again, byte for byte, though every turn uses the same call id', async () => {
  let dataDirectory = '';
  let removed = 0;
  const seen: string[][] = [];
  await using team = await startTeam({
    specialist: ({ turn, messages }) => {
      seen.push(messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? ''));
      if (turn === 0) return calls(['search_code', { query: 'boil' }]);
      if (turn === 1) return calls(['read_lines', { path: 'lib/kettle.js' }]);
      if (turn > 2) return says(goodDraft);
      removed = removeToolResults(dataDirectory);
      return calls(['search_code', { query: 'water' }]);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  dataDirectory = scene.dataDirectory;
  const { kind } = await scene.ask('When does boil throw?', { pipeline: pipeline() });
  assert.equal(removed, 2);
  assert.equal(kind, 'answered');
  assert.equal(seen[3]?.length, 3);
  assert.deepEqual(seen[3]?.slice(0, 2), seen[2]);
});

/** Removes what the tools showed from the content store; turns and drafts are JSON and stay. */
function removeToolResults(dataDirectory: string): number {
  using database = openContent(join(dataDirectory, 'content'), 1000);
  const rows = database.prepare('SELECT rowid, packed FROM piece').all();
  const results = rows.filter(
    ({ packed }) =>
      !unpackedPiece(packed as Uint8Array)
        ?.toString('utf8')
        .startsWith('{'),
  );
  for (const { rowid } of results) database.prepare('DELETE FROM piece WHERE rowid = ?').run(Number(rowid));
  return results.length;
}

test("a reranked search is rendered again, byte for byte, from another data directory that lacks the tools' text", async () => {
  const seen: string[] = [];
  await using team = await startTeam({
    reranker: ({ user }) => says({ order: [[...user.matchAll(/^\[(\d+)\]/gm)].length] }),
    specialist: ({ turn, messages }) => {
      if (turn === 0)
        return calls(['search_code', { query: 'kettle boil' }], ['read_lines', { path: 'lib/kettle.js' }]);
      seen.push(...messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? ''));
      return says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline({ rerank: {} }) });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.equal(seen.length, 2);
  assert.ok(state.snapshot);

  await using elsewhere = await anotherMachine(scene.dataDirectory);
  const here = await elsewhere.retrieval.open(
    { kind: 'path', path: join(scene.dataDirectory, 'repository') },
    { signal },
  );
  assert.equal(here.id, state.snapshot.id);
  const turn = await lastTurn(handle);
  const conversation = await loadConversation(elsewhere, turn);
  const rendered = await renderMessages(elsewhere, conversation, signal);
  assert.deepEqual(
    rendered.filter(({ role }) => role === 'tool').map((message) => message.content),
    seen,
  );
});

const { signal } = new AbortController();

/** A data directory with the turns of another, without what the tools showed; an empty one unless given. */
async function anotherMachine(first: string | null = null) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'switchyard-elsewhere-'));
  if (first !== null) {
    cpSync(join(first, 'content'), join(dataDirectory, 'content'), { recursive: true });
    assert.equal(removeToolResults(dataDirectory), 2);
  }
  const retrieval = createRetrieval({ dataDirectory });
  const close = async () => {
    await retrieval.close();
    rmSync(dataDirectory, { recursive: true });
  };
  return { content: createContentStore(join(dataDirectory, 'content')), retrieval, [Symbol.asyncDispose]: close };
}

async function lastTurn(handle: WorkflowHandle): Promise<string> {
  const { activities } = await historyOf(handle);
  const last = activities.findLast(({ type }) => type === 'callSpecialist');
  assert.ok(last);
  return (last.result as SpecialistResult).turn;
}

test('a request begins with the bytes of the one before it, over turns and repairs, and shows no line twice', async () => {
  const asked: { messages: unknown[]; tools: unknown }[] = [];
  const results: string[] = [];
  const turns = [
    calls(['search_code', { query: 'boil' }]),
    calls(['read_lines', { path: 'lib/kettle.js' }], ['grep', { pattern: 'KETTLE' }]),
    says('no JSON at all'),
    calls(['search_code', { query: 'water' }]),
    says('still none'),
  ];
  await using team = await startTeam({
    specialist: ({ turn, messages, request }) => {
      asked.push(request.body as unknown as (typeof asked)[number]);
      results.splice(
        0,
        results.length,
        ...messages.flatMap(({ role, content }) => (role === 'tool' ? [content ?? ''] : [])),
      );
      return turns[turn] ?? says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind } = await scene.ask('When does boil throw?', { pipeline: pipeline() });
  assert.equal(kind, 'answered');
  assert.equal(asked.length, 6);
  for (const [at, { messages, tools }] of asked.entries()) {
    const before = asked[at - 1] ?? { messages: [], tools };
    assert.ok(messages.length > before.messages.length);
    const same = messages.slice(0, before.messages.length);
    assert.equal(JSON.stringify([tools, same]), JSON.stringify([before.tools, before.messages]), `request ${at}`);
  }
  assert.match(results[1] ?? '', /^== lib\/kettle\.js:\d+-\d+.* shown above/m);
  const lines = results.flatMap((text) => text.split('\n')).filter((line) => /^\d+\| .{40}/.test(line));
  assert.equal(new Set(lines).size, lines.length);
});

test('results that an earlier renderer has made are sent as the model has seen them', async () => {
  await using elsewhere = await anotherMachine();
  const { content } = elsewhere;
  const text = '@@ lib/a.js:1-1\n1| const kettle = new Kettle({ litres: 2, lid: true, whistle: false });';
  const answer = { role: 'tool-answer', callId: 'c0', content: await content.put(text) } as const;
  const messages = [1, 1, 2].map((renderer) => ({ ...answer, renderer }));
  const settings = { snapshot: null } as Conversation['settings'];
  const conversation = { settings, messages, reported: null, inputTokens: null };
  const rendered = await renderMessages(elsewhere, conversation, signal);
  assert.deepEqual(
    rendered.map((message) => message.content),
    [text, text, '== lib/a.js:1-1 shown above'],
  );
});
