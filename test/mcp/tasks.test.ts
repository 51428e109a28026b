/** A question as a task of the extension `io.modelcontextprotocol/tasks`, by raw JSON-RPC. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { goodDraft, says } from '../support/team.ts';
import { until } from '../support/until.ts';
import { rawMcpHere } from './mcp-here.ts';
import { rawMcpProcess } from './mcp-process.ts';
import type { Message } from './raw-mcp.ts';

const file = sceneOfFile();
const tasks = { 'io.modelcontextprotocol/tasks': {} };
const withForms = { elicitation: {} };

type Task = {
  resultType: string;
  taskId: string;
  status: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number | null;
  pollIntervalMs: number;
  inputRequests?: Record<string, { method: string; params: { message: string; requestedSchema: object } }>;
  result?: { structuredContent: { outcome: string; answer: string }; isError?: boolean };
};

const taskOf = ({ result, error }: Message): Task => {
  assert.equal(error, undefined, error?.message);
  return result as Task;
};

const ask = (given: object) => ({ name: 'ask', arguments: { question: 'When does boil throw?', ...given } });

test('a task is the run: followed, answered and ended by its id, also from another process', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { scene } = file;
  await using first = rawMcpHere(scene);
  const begun = await first.modern('tools/call', ask({ decisions: ['draft'] }), tasks, withForms);
  const { taskId, ...created } = taskOf(begun);
  assert.deepEqual([created.resultType, created.status, created.ttlMs], ['task', 'working', null]);
  assert.ok(created.pollIntervalMs >= 1000 && !Number.isNaN(Date.parse(created.createdAt)));
  assert.equal((await scene.client.workflow.getHandle(taskId).describe()).type, 'answerQuestion');
  assert.equal(await first.end(), 0);

  await using second = rawMcpProcess(scene);
  const get = async () => taskOf(await second.modern('tasks/get', { taskId }, tasks, withForms));
  const asking = await until(async () => {
    const task = await get();
    return task.status === 'input_required' ? task : null;
  }, 60);
  assert.equal(asking.resultType, 'complete');
  const form = asking.inputRequests?.['draft-1'];
  assert.equal(form?.method, 'elicitation/create');
  assert.match(form?.params.message ?? '', /may this answer go out/);

  const answer = (content: object, key = 'draft-1') => ({
    taskId,
    inputResponses: { [key]: { action: 'accept', content } },
  });
  const nonsense = await second.modern('tasks/update', answer({ choice: 'tea' }), tasks, withForms);
  assert.equal(nonsense.error?.code, -32602);
  assert.match(nonsense.error?.message ?? '', /none of the choices/);
  // Keys that nothing asks for are left alone.
  taskOf(await second.modern('tasks/update', answer({ choice: 'approve' }, 'name'), tasks, withForms));
  assert.equal((await get()).status, 'input_required');
  const taken = taskOf(await second.modern('tasks/update', answer({ choice: 'approve' }), tasks, withForms));
  assert.equal(taken.resultType, 'complete');
  const done = await until(async () => {
    const task = await get();
    return task.status === 'completed' ? task : null;
  }, 60);
  assert.deepEqual(
    [done.result?.structuredContent.outcome, done.result?.structuredContent.answer],
    ['answered', goodDraft.answer],
  );
  for (const line of second.lines) assert.equal((JSON.parse(line) as { jsonrpc: string }).jsonrpc, '2.0');
});

test('a task that is cancelled says so; an unknown one, and a client without the extension, are errors', async () => {
  const held = Promise.withResolvers<void>();
  file.play({ specialist: () => held.promise.then(() => says(goodDraft)) });
  const { scene } = file;
  await using mcp = rawMcpHere(scene);
  const { taskId } = taskOf(await mcp.modern('tools/call', ask({}), tasks));
  assert.equal(taskOf(await mcp.modern('tasks/cancel', { taskId }, tasks)).resultType, 'complete');
  const ended = await until(async () => {
    const task = taskOf(await mcp.modern('tasks/get', { taskId }, tasks));
    return task.status === 'working' ? null : task;
  }, 60);
  assert.equal(ended.status, 'cancelled');
  taskOf(await mcp.modern('tasks/cancel', { taskId }, tasks));
  const { error } = await mcp.modern('tasks/get', { taskId: 'ask-none' }, tasks);
  assert.equal(error?.code, -32602);
  assert.match(error?.message ?? '', /^RunNotFound: there is no run ask-none/);
  const undeclared = await mcp.modern('tasks/get', { taskId }, {});
  assert.equal(undeclared.error?.code, -32021);
  held.resolve();
});
