import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from '@temporalio/worker';
import { dataPaths } from '../../config/data-paths.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';
import { LangfuseStub, type WireSpan } from '../support/langfuse-stub.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, says, startTeam } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { exporterOf, untilExported } from './exports.ts';
import { assertWhole } from './whole-trace.ts';

const question = 'When does boil throw?';

test('a question is one trace: a weak try and a better one, each with its calls and tools', async () => {
  await using stub = await LangfuseStub.open();
  await using team = await startTeam({ specialist: ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft) });
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const judged = pipeline({ gate: { retryLimit: 2, judge: {} } });
  const handle = await scene.start(question, { pipeline: judged, session: 'talk-1' });
  const spans = stub.trace(await untilExported(scene, handle));
  assert.equal(assertWhole(spans, { session: 'talk-1' }).name, 'orchestrated-pipeline');
  assert.equal(stub.spans.length, spans.length, 'each span was sent once');
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
  assert.deepEqual(stub.scores.map(({ name, value }) => [name, value]).toSorted(), [
    ['citation_validity', 0.5],
    ['confidence', 0.9],
    ['gate_verdict', 1],
  ]);
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

test('tool calls travel in the form that viewers know, with their arguments', async () => {
  await using stub = await LangfuseStub.open();
  const reads = { path: 'lib/kettle.js', first_line: 1, last_line: 2 };
  await using team = await startTeam({
    specialist: ({ turn }) => (turn === 0 ? calls(['read_lines', reads]) : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const handle = await scene.start(question, { pipeline: pipeline() });
  const spans = stub.trace(await untilExported(scene, handle));
  const tool = spans.find(({ name }) => name === 'read_lines');
  assert.ok(tool);
  assert.deepEqual(read(tool, 'input'), reads);
  const [first, second] = spans.filter(({ name }) => name === 'specialist-code-llm');
  assert.ok(first && second);
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

test('an attempt that failed is there with its error, and the answer that followed', async () => {
  await using stub = await LangfuseStub.open();
  await using team = await startTeam({}, [openAiError(500, 'the model fell over')]);
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const handle = await scene.start(question, { pipeline: pipeline({ router: null, specialists: [specialist] }) });
  const spans = stub.trace(await untilExported(scene, handle));
  assert.equal(assertWhole(spans).name, 'single-agent-pipeline');
  const [failed, better] = spans.filter(({ name }) => name === 'specialist-agent-llm');
  assert.equal(failed?.attributes['langfuse.observation.level'], 'ERROR');
  assert.match(String(failed?.attributes['langfuse.observation.status_message']), /the model fell over/);
  assert.equal(better?.attributes['langfuse.observation.metadata.attempt'], '2');
  assert.ok(failed && better);
  assert.deepEqual(read(failed, 'input'), read(better, 'input'), 'it asked the same');
  assert.ok(Number(failed.attributes['langfuse.observation.metadata.nextAttemptAfterMs']) >= 0);
});

const specialist = { name: 'agent', purpose: 'all', prompt: 'Answer.', tools: ['search_code', 'read_lines'] };

const readsSecrets = calls(['read_lines', { path: 'lib/secrets.js', first_line: 1, last_line: 3 }]);

test('no secret leaves: not of the question, the repository, a reply, an error or the settings', async () => {
  await using stub = await LangfuseStub.open();
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
  const traces = stub.traces({ redact: 'acme-[0-9]{6}' });
  await using scene = await openScene({ modelUrl: team.url, traces, files });
  const handle = await scene.start(`Why is ${ofQuestion} refused by ${own}?`, { pipeline: pipeline() });
  const spans = stub.trace(await untilExported(scene, handle));
  assertWhole(spans);
  const sent = stub.bodies.join('\n');
  assert.match(sent, /lib\/secrets\.js/, 'the file with the secrets was shown to the model');
  for (const secret of [...secrets, 'sk-test', 'sk-lf-stub']) assert.ok(!sent.includes(secret), `${secret} has left`);
});

/** A run whose export fails at first, and what has arrived of it once the server is well. */
async function exportedAfterAll(stub: LangfuseStub): Promise<WireSpan[]> {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const handle = await scene.start(question, { pipeline: pipeline() });
  await handle.result();
  await attempts(scene, 2);
  await stub.be('well');
  return stub.trace(await untilExported(scene, handle));
}

test('a reply that is lost after the spans were kept: they are sent again to the letter', async () => {
  await using stub = await LangfuseStub.open('lose-reply');
  const spans = await exportedAfterAll(stub);
  assertWhole(spans);
  assert.ok(stub.spans.length > spans.length, 'some were sent twice');
  assert.equal(new Set(stub.spans.map((span) => JSON.stringify(span))).size, spans.length, 'the same each time');
});

test('an export that fails behind the spans goes on behind them', async () => {
  await using stub = await LangfuseStub.open('no-scores');
  const spans = await exportedAfterAll(stub);
  assertWhole(spans);
  assert.equal(stub.spans.length, spans.length, 'each span was sent once');
  assert.equal(new Set(stub.scores.map(({ id }) => id)).size, stub.scores.length);
  assert.ok(stub.scores.length > 0);
});

for (const mood of ['refuse', 'unavailable', 'hang'] as const) {
  test(`a server that is away (${mood}) holds up no answer, and has the whole trace once it is back`, async () => {
    await using stub = await LangfuseStub.open(mood);
    await using team = await startTeam();
    await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
    const handle = await scene.start(question, { pipeline: pipeline() });
    assert.equal(((await handle.result()) as { kind: string }).kind, 'answered');
    assert.deepEqual(stub.spans, []);
    await attempts(scene, 2);
    await stub.be('well');
    assertWhole(stub.trace(await untilExported(scene, handle)));
  });
}

/** Waits until an export is at its attempt of this number. */
async function attempts(scene: Scene, wanted: number): Promise<void> {
  const exporting = exporterOf(scene);
  await until(async () => {
    const found = await exporting.describe().catch(() => null); // it starts a moment after the answer
    return (found?.raw.pendingActivities ?? []).some(({ attempt }) => (attempt ?? 0) >= wanted) ? true : null;
  });
}

test('replaying a finished history sends nothing', async () => {
  await using stub = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const handle = await scene.start(question, { pipeline: pipeline() });
  await untilExported(scene, handle);
  const requests = stub.bodies.length;
  const workflows = { workflowBundle: await workflowBundle(dataPaths(join(checkout, '.switchyard')).cache) };
  const exporting = exporterOf(scene);
  for (const run of [handle, exporting])
    await Worker.runReplayHistory(workflows, await run.fetchHistory(), run.workflowId);
  assert.ok(requests > 0);
  assert.equal(stub.bodies.length, requests);
});
