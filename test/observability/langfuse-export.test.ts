import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { noEncryption } from '../../codecs/cipher.ts';
import { LangfuseStub, type WireSpan } from '../support/langfuse-stub.ts';
import { openScene, pipeline, replayWorkerOf } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, says, startTeam } from '../support/team.ts';
import { queryPauseMs, until } from '../support/until.ts';
import { exporterOf, exporterState, traceIdOf, untilExported } from './exports.ts';
import { assertWhole } from './whole-trace.ts';

const question = 'When does boil throw?';

const stub = await LangfuseStub.open();
const file = sceneOfFile({ traces: stub.traces() });
after(() => stub[Symbol.asyncDispose]());

/** The spans of a run, each once, when its exporter has nothing left. */
async function exported(run: WorkflowHandle): Promise<WireSpan[]> {
  await run.result();
  const id = await traceIdOf(run);
  return until(
    async () => {
      const state = await exporterState(file.scene);
      const spans = stub.trace(id);
      return spans.length > 0 && state?.sending.length === 0 && state.waiting.length === 0 ? spans : null;
    },
    20,
    queryPauseMs,
  );
}

/** All that was taken of a run, whatever was sent again with it. */
const taken = async (run: WorkflowHandle) => {
  const id = await traceIdOf(run);
  const ofRun = ({ traceId }: { traceId?: unknown }) => traceId === id;
  return { spans: stub.spans.filter(ofRun), scores: stub.scores.filter(ofRun) };
};

test('a question is one trace: a weak try and a better one, each with its calls and tools', async () => {
  file.play({ specialist: ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft) });
  const judged = pipeline({ gate: { retryLimit: 2, judge: {} } });
  const handle = await file.scene.start(question, { pipeline: judged, session: 'talk-1' });
  const spans = await exported(handle);
  assert.equal(assertWhole(spans, { session: 'talk-1' }).name, 'orchestrated-pipeline');
  const sent = await taken(handle);
  assert.equal(sent.spans.length, spans.length, 'each span was sent once');
  const named = (name: string) => spans.filter((span) => span.name === name);
  const tries = named('specialist-code');
  assert.deepEqual(
    tries.map(({ attributes }) => attributes['langfuse.observation.metadata.retry_count']),
    ['0', '1'],
  );
  for (const name of ['routing', 'router-llm', 'judge-llm', 'gate', 'verify-citations'])
    assert.ok(named(name).length > 0, name);
  assertReadable(spans);
  assert.deepEqual(named('handOver'), [], 'what hands the trace over is no part of it');
  const callers = named('specialist-code-llm').map(({ parentSpanId }) => parentSpanId);
  assert.deepEqual(new Set(callers), new Set(tries.map(({ spanId }) => spanId)));
  assert.deepEqual(sent.scores.map(({ name, value }) => [name, value]).toSorted(), [
    ['citation_validity', 0.5],
    ['confidence', 0.9],
    ['gate_verdict', 1],
  ]);
  const requests = stub.bodies.length;
  for (const run of [handle, exporterOf(file.scene)])
    assert.equal(await replayWorkerOf(noEncryption).replay(await run.fetchHistory(), run.workflowId), null);
  assert.ok(requests > 0);
  assert.equal(stub.bodies.length, requests, 'replaying a history sends nothing');
});

const read = ({ attributes }: WireSpan, name: string): unknown => {
  const text = attributes[`langfuse.observation.${name}`];
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
};

/** What Langfuse shows of each span: a plain answer, messages that its playground opens, inputs and parts of the cost. */
function assertReadable(spans: readonly WireSpan[]): void {
  const of = (name: string) => spans.find((span) => span.name === name) as WireSpan;
  const [root] = spans.filter(({ parentSpanId }) => parentSpanId === null);
  assert.ok(root);
  assert.equal(read(root, 'output'), goodDraft.answer, 'a plain text');
  assert.equal(root.attributes['langfuse.observation.metadata.route'], 'code');
  for (const { attributes } of spans)
    assert.deepEqual(attributes['langfuse.trace.tags'], ['test', 'answered', 'route:code']);
  const asked = read(of('router-llm'), 'input') as { role: string; content: string }[];
  assert.deepEqual(
    asked.map(({ role }) => role),
    ['system', 'user'],
  );
  assert.match(asked[1]?.content ?? '', /When does boil throw/);
  assert.deepEqual(read(of('router-llm'), 'output'), { role: 'assistant', content: 'code' });
  assert.equal((read(of('open-repository'), 'input') as { kind: string }).kind, 'path');
  for (const span of spans) assert.ok(span.attributes['langfuse.observation.input'] !== undefined, span.name);
  const synthesis = of('synthesis');
  assert.equal(synthesis.attributes['langfuse.observation.metadata.passed_through'], 'true');
}

const specialist = { name: 'agent', purpose: 'all', prompt: 'Answer.', tools: ['search_code', 'read_lines'] };

test('an attempt that failed is there with its error, and tool calls travel in the form that viewers know', async () => {
  const reads = { path: 'lib/kettle.js', first_line: 1, last_line: 2 };
  let asked = 0;
  file.play({
    specialist: ({ turn }) => {
      asked += 1;
      if (asked === 1) return openAiError(500, 'the model fell over');
      return turn === 0 ? calls(['read_lines', reads]) : says(goodDraft);
    },
  });
  const handle = await file.scene.start(question, { pipeline: pipeline({ router: null, specialists: [specialist] }) });
  const spans = await exported(handle);
  assert.equal(assertWhole(spans).name, 'single-agent-pipeline');
  const [failed, first, second] = spans.filter(({ name }) => name === 'specialist-agent-llm');
  assert.ok(failed && first && second);
  assert.equal(failed.attributes['langfuse.observation.level'], 'ERROR');
  assert.match(String(failed.attributes['langfuse.observation.status_message']), /the model fell over/);
  assert.equal(first.attributes['langfuse.observation.metadata.attempt'], '2');
  assert.deepEqual(read(failed, 'input'), read(first, 'input'), 'it asked the same');
  assert.ok(Number(failed.attributes['langfuse.observation.metadata.nextAttemptAfterMs']) >= 0);
  const tool = spans.find(({ name }) => name === 'read_lines');
  assert.ok(tool);
  assert.deepEqual(read(tool, 'input'), reads);
  type Message = {
    role: string;
    tool_call_id?: string;
    tool_calls?: { function: { name: string; arguments: string } }[];
  };
  const { tool_calls: [called] = [] } = read(first, 'output') as Message;
  assert.equal(called?.function.name, 'read_lines');
  assert.deepEqual(JSON.parse(called.function.arguments), reads);
  const messages = read(second, 'input') as Message[];
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user', 'assistant', 'tool'],
  );
  assert.equal(typeof messages.at(-1)?.tool_call_id, 'string');
});

const readsSecrets = calls(['read_lines', { path: 'lib/secrets.js', first_line: 1, last_line: 3 }]);

test('no secret leaves: not of the question, the repository, a reply, an error or the settings', async () => {
  await using other = await LangfuseStub.open();
  const secrets = ['sk-live-abcdefgh1234', 'ghp_abcdefghijklmnop1234', 'hunter2-and-more', 'acme-123456'];
  const [ofQuestion, ofFile, password, own] = secrets;
  const draft = { ...goodDraft, answer: `boil throws KETTLE_EMPTY; the token is ${ofFile}` };
  await using team = await startTeam({ specialist: ({ turn }) => (turn === 0 ? readsSecrets : says(draft)) }, [
    openAiError(500, `refused: Bearer ${ofQuestion}`),
  ]);
  const files = {
    'lib/kettle.js': `export const boil = () => {\n  throw new Error("KETTLE_EMPTY");\n};\n`,
    'lib/secrets.js': `const token = '${ofFile}';\nconst password = "${password}";\nconst id = '${own}';\n`,
  };
  const traces = other.traces({ redact: 'acme-[0-9]{6}' });
  await using scene = await openScene({ modelUrl: team.url, traces, files });
  const handle = await scene.start(`Why is ${ofQuestion} refused by ${own}?`, { pipeline: pipeline() });
  const spans = other.trace(await untilExported(scene, handle));
  assertWhole(spans);
  const sent = other.bodies.join('\n');
  assert.match(sent, /lib\/secrets\.js/, 'the file with the secrets was shown to the model');
  for (const secret of [...secrets, 'sk-test', 'sk-lf-stub']) assert.ok(!sent.includes(secret), `${secret} has left`);
});

/** A run whose export fails at first, and what has arrived of it once the server is well. */
async function exportedAfterAll() {
  file.play();
  const handle = await file.scene.start(question, { pipeline: pipeline() });
  assert.equal(((await handle.result()) as { kind: string }).kind, 'answered');
  await attempts(2);
  const before = await taken(handle);
  await stub.be('well');
  const spans = await exported(handle);
  assertWhole(spans);
  return { before, spans, all: await taken(handle) };
}

test('a reply that is lost after the spans were kept: they are sent again to the letter', async () => {
  await stub.be('lose-reply');
  const { spans, all } = await exportedAfterAll();
  assert.ok(all.spans.length > spans.length, 'some were sent twice');
  assert.equal(new Set(all.spans.map((span) => JSON.stringify(span))).size, spans.length, 'the same each time');
});

test('an export that fails behind the spans goes on behind them', async () => {
  await stub.be('no-scores');
  const { spans, all } = await exportedAfterAll();
  assert.equal(all.spans.length, spans.length, 'each span was sent once');
  assert.equal(new Set(all.scores.map(({ id }) => id)).size, all.scores.length);
  assert.ok(all.scores.length > 0);
});

for (const mood of ['refuse', 'unavailable', 'hang'] as const)
  test(`a server that is away (${mood}) holds up no answer, and has the whole trace once it is back`, async () => {
    await stub.be(mood);
    const { before } = await exportedAfterAll();
    assert.deepEqual(before.spans, []);
  });

/** Waits until an export is at its attempt of this number. */
async function attempts(wanted: number): Promise<void> {
  const exporting = exporterOf(file.scene);
  await until(
    async () => {
      const found = await exporting.describe().catch(() => null); // it starts a moment after the answer
      return (found?.raw.pendingActivities ?? []).some(({ attempt }) => (attempt ?? 0) >= wanted) ? true : null;
    },
    20,
    queryPauseMs,
  );
}
