/** Questions by the Model Context Protocol: answers, progress, limits of time, and what people are asked. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import type { CallToolResult, Progress } from '@modelcontextprotocol/client';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { calls, goodDraft, says, type Team } from '../support/team.ts';
import { until } from '../support/until.ts';
import { openMcp } from './mcp-here.ts';
import { eras, openMcpProcess } from './mcp-process.ts';

type Run = { run_id: string; state: string; outcome: string | null; answer: string | null; next: string | null };
type Pending = { pending: { request_id: string; choices: { choice: string }[] }[] };

const runOf = (result: CallToolResult) => result.structuredContent as Run & Pending;
/** For a machine that does much else. */
const slow = { timeout: 240_000 };
const patient = { times: { wait: 200 } };
const file = sceneOfFile();

const textOf = ({ content: [first] }: CallToolResult) => (first?.type === 'text' ? first.text : '');

/** Searches first, so that a run has several stages, and takes long enough that a client hears of them. */
const slowTeam: Partial<Team> = {
  specialist: ({ turn }) =>
    turn === 0 ? calls(['search_code', { query: 'boil' }]) : { ...says(goodDraft), delayMs: 2_000 },
};

for (const era of eras)
  test(`${era}: a question is answered with citations whose lines can be opened, and progress grows`, async () => {
    file.play(slowTeam);
    await using mcp = await openMcp(file.scene, { era });
    const heard: Progress[] = [];
    const asked = { name: 'ask', arguments: { question: 'When does boil throw?' } };
    const result = await mcp.client.callTool(asked, {
      onprogress: (progress) => heard.push(progress),
      timeout: 240_000,
    });
    const run = runOf(result);
    assert.deepEqual([run.state, run.outcome, result.isError ?? false], ['finished', 'answered', false]);
    assert.equal(run.answer, goodDraft.answer);
    assert.match(textOf(result), /^boil throws KETTLE_EMPTY[\s\S]*\n- lib\/kettle\.js:2 \(verified\)\n/);

    const links = result.content.filter((each) => each.type === 'resource_link');
    assert.deepEqual(
      links.map(({ name }) => name),
      ['lib/kettle.js:2'],
    );
    const { contents } = await mcp.client.readResource({ uri: links[0]?.uri ?? '' });
    const [first] = contents;
    assert.ok(first !== undefined && 'text' in first && first.text.includes('throw new Error("KETTLE_EMPTY")'));

    assert.ok(heard.length > 3, `${heard.length} times`);
    for (const [at, { progress }] of heard.entries()) assert.ok(progress > (heard[at - 1]?.progress ?? 0));
    const messages = heard.map(({ message }) => message ?? '');
    assert.ok(messages.some((message) => message === `started ${run.run_id}`));
    assert.ok(
      messages.some((message) => message.startsWith('delegating: ')),
      messages.join(),
    );
  });

for (const era of eras)
  test(`${era}: what the run asks is answered by a form, and the record names who has decided`, async () => {
    file.play();
    const { scene } = file;
    const forms: string[] = [];
    const onForm = (message: string) => {
      forms.push(message);
      // The first answer lacks what its choice needs.
      const note = forms.length === 1 ? {} : { note: 'Say more.' };
      const choice = forms.length > 2 ? 'approve' : 'send-back';
      return { action: 'accept' as const, content: { choice, ...note } };
    };
    await using mcp = await openMcp(scene, { era, onForm });
    const asked = { name: 'ask', arguments: { question: 'When does boil throw?', decisions: ['draft'] } };
    const result = await mcp.client.callTool(asked, { onprogress: () => {}, timeout: 240_000 });
    assert.equal(runOf(result).outcome, 'answered', textOf(result));
    assert.equal(forms.length, 3, forms.join('\n---\n'));
    assert.match(forms[0] ?? '', /^draft-1: may this answer go out\?\n> boil throws/);
    assert.match(forms[1] ?? '', /needs a note[\s\S]*draft-1/);
    assert.match(forms[2] ?? '', /^draft-2: /);
    const handle = scene.client.workflow.getHandle(runOf(result).run_id);
    const { state } = (await handle.result()) as { state: { decisions: { decision: string; by: string }[] } };
    const decided = state.decisions.map(({ decision }) => decision);
    assert.deepEqual(decided, ['send-back', 'approve']);
    assert.match(state.decisions[0]?.by ?? '', / by test-client 7$/);
  });

test('a client without forms, or a person who declines, gets the choices and the tool that decides', async () => {
  file.play();
  const { scene } = file;
  await using plain = await openMcp(scene, patient);
  const asked = { name: 'ask', arguments: { question: 'When does boil throw?', decisions: ['draft'] } };
  const waits = await plain.client.callTool(asked, slow);
  const { run_id, state, pending, next } = runOf(waits);
  assert.equal(state, 'waiting', textOf(waits));
  assert.deepEqual(
    pending[0]?.choices.map(({ choice }) => choice),
    ['approve', 'edit', 'send-back', 'reject'],
  );
  assert.match(next ?? '', /call decide with run_id/);
  assert.match(textOf(waits), /- send-back: .* \(needs note\)/);

  const decide = (given: object) =>
    plain.client.callTool({ name: 'decide', arguments: { run_id, request_id: 'draft-1', ...given } }, slow);
  const refused = await decide({ choice: 'send-back' });
  assert.deepEqual([refused.isError, runOf(refused).answer as unknown], [true, 'refused']);
  const shown = await plain.client.callTool({ name: 'status', arguments: { run_id } }, slow);
  assert.match(textOf(shown), /waiting[\s\S]*draft-1: may this answer go out/);

  await using declining = await openMcp(scene, { era: 'modern', onForm: () => ({ action: 'decline' }), ...patient });
  const declined = await declining.client.callTool({ name: 'result', arguments: { run_id } }, slow);
  assert.deepEqual([runOf(declined).state, runOf(declined).pending.length], ['waiting', 1]);

  const edited = await decide({ choice: 'edit', answer: 'It throws.' });
  assert.equal(edited.isError ?? false, false, textOf(edited));
  const result = await plain.client.callTool({ name: 'result', arguments: { run_id } }, slow);
  assert.equal(runOf(result).answer, 'It throws.');
});

test('a client that hears no progress gets the id of the run in time, and its answer later', async () => {
  const held = Promise.withResolvers<void>();
  file.play({ specialist: () => held.promise.then(() => says(goodDraft)) });
  const { scene } = file;
  await using mcp = await openMcpProcess(scene, ['--wait-seconds', '6']);
  // The limit is from the beginning of a call: what is opened with the first one is open then.
  await mcp.client.callTool({ name: 'status', arguments: {} }, slow);
  const running = await mcp.client.callTool({ name: 'ask', arguments: { question: 'When does boil throw?' } });
  const { run_id, state, next } = runOf(running);
  assert.equal(state, 'running', textOf(running));
  assert.equal(next, `It goes on: call result with run_id ${run_id} to wait for its answer.`);
  const still = await mcp.client.callTool({ name: 'result', arguments: { run_id, wait_seconds: 0 } });
  assert.equal(runOf(still).state, 'running');
  held.resolve();
  const result = await mcp.client.callTool({ name: 'result', arguments: { run_id, wait_seconds: 200 } }, slow);
  assert.equal(runOf(result).outcome, 'answered');
});

test('a client that cancels ends the run, one that gives up waiting does not, and cancel ends it by its id', async () => {
  const held = Promise.withResolvers<void>();
  file.play({ specialist: () => held.promise.then(() => says(goodDraft)) });
  const { scene } = file;
  await using mcp = await openMcp(scene, { era: 'modern' });
  const ask = (question: string, options: { signal?: AbortSignal; timeout: number }) => {
    const started = Promise.withResolvers<string>();
    const onprogress = ({ message = '' }: Progress) => {
      if (message.startsWith('started ')) started.resolve(message.slice('started '.length));
    };
    const end = mcp.client
      .callTool({ name: 'ask', arguments: { question } }, { ...options, onprogress })
      .then(textOf, String);
    return { started: started.promise, end };
  };
  const stop = new AbortController();
  const cancelled = ask('When does boil throw?', { signal: stop.signal, timeout: 240_000 });
  const first = await cancelled.started;
  stop.abort('the person has pressed Escape');
  await cancelled.end;
  const outcome = (await scene.client.workflow.getHandle(first).result()) as { kind: string };
  assert.equal(outcome.kind, 'cancelled');

  const late = ask('Why does boil throw?', { timeout: 3_000 });
  const second = await late.started;
  assert.match(await late.end, /timed out/i);
  await until(async () => (mcp.logged().includes(`${second} goes on`) ? true : null));
  await sleep(500);
  const { status } = await scene.client.workflow.getHandle(second).describe();
  assert.equal(status.name, 'RUNNING');

  const ended = await mcp.client.callTool({ name: 'cancel', arguments: { run_id: second } });
  assert.equal(runOf(ended).outcome, 'cancelled', textOf(ended));
  const again = await mcp.client.callTool({ name: 'cancel', arguments: { run_id: second } });
  assert.match(textOf(again), /^RunHasEnded: /);
  held.resolve();
});

test('start gives the id at once; the newest runs are listed; a run that ends without an answer is an error', async () => {
  file.play({ specialist: () => says({ ...goodDraft, citations: [] }) });
  const { scene } = file;
  await using mcp = await openMcp(scene, patient);
  const given = { question: 'What is a kettle?', max_model_calls: 1 };
  const started = runOf(await mcp.client.callTool({ name: 'start', arguments: given }, slow));
  assert.equal(started.state, 'running');
  const { run_id } = started;
  const result = await mcp.client.callTool({ name: 'result', arguments: { run_id } }, slow);
  assert.deepEqual([result.isError, runOf(result).outcome], [true, 'budget-spent']);
  assert.match(textOf(result), /^budget-spent: .* max_model_calls raises it/);
  const listed = await mcp.client.callTool({ name: 'status', arguments: {} }, slow);
  const { runs } = listed.structuredContent as { runs: { run_id: string; outcome: string }[] };
  assert.ok(runs.some((row) => row.run_id === run_id && row.outcome === 'budget-spent'));
});
