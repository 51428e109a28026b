import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { historyOf } from '../support/histories.ts';
import { openScene, pipeline, quickLimits, tracesToFiles } from '../support/scene.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { completion, openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, roleOf, says, startTeam, unclear } from '../support/team.ts';

shareScenes();

/** Nobody takes up a run here. */
const limits = { ...quickLimits, modelCallAttempts: 2, personWaitSeconds: 2 };

type Body = { choices: { message: Record<string, unknown>; logprobs?: unknown }[] };

/** The reply with its first message changed. */
function changed(reply: ScriptedReply, change: (message: Record<string, unknown>) => object): ScriptedReply {
  const body = reply.body as Body | undefined;
  const [choice] = body?.choices ?? [];
  if (choice === undefined) return reply;
  return {
    ...reply,
    body: { ...body, choices: [{ ...choice, message: { ...choice.message, ...change(choice.message) } }] },
  };
}

/** Thinking with a draft of its own inside, before everything that an agent says. */
const secondThoughts = `Maybe docs, maybe debug. {"answer": "DRAFT INSIDE THINKING", "accepted": false, "reasons": ["DRAFT"], "order": [9], "citations": [], "confidence": 0.2}`;

test('what every agent thinks in its content is neither read nor answered, and stands in the trace', async () => {
  await using team = await startTeam({ router: () => unclear('code', 'docs') }, [], (reply) =>
    changed(reply, ({ content }) => ({
      content: `<think>\n${secondThoughts}\n</think>\n\n${(content as string | null) ?? ''}`,
    })),
  );
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const handle = await scene.start('When does boil throw?', {
    pipeline: pipeline({ gate: { retryLimit: 2, judge: {} }, rerank: {}, synthesis: { calls: 'always' } }),
    limits,
  });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.deepEqual([state.route, state.routing?.fallback, state.final_answer], ['code', false, goodDraft.answer]);
  assert.deepEqual(
    state.specialist_output.map(({ accepted }) => accepted),
    state.specialist_output.map(() => true),
  );
  assert.doesNotMatch(JSON.stringify(state), /INSIDE THINKING/);
  assert.doesNotMatch(JSON.stringify(await handle.fetchHistory()), /INSIDE THINKING/);
  const spans = await traced(scene.dataDirectory);
  for (const name of ['router-llm', 'specialist-code-llm', 'judge-llm', 'rerank-llm', 'synthesis-llm']) {
    const span = spans.find((each) => each.name === name);
    assert.match(String(span?.metadata.thinking), /INSIDE THINKING/, name);
    assert.doesNotMatch(JSON.stringify(span?.output), /INSIDE THINKING/, name);
  }
});

type Span = { name: string; output: unknown; metadata: Record<string, unknown> };

/** The spans of the one trace, once it is there. */
async function traced(dataDirectory: string): Promise<Span[]> {
  for (let looks = 0; looks < 100; looks += 1) {
    const folder = join(dataDirectory, 'traces');
    const text = existsSync(folder) ? textsUnder(folder)[0] : '';
    const spans = (text ?? '').split('\n').flatMap((line) => spansIn(line));
    if (spans.length > 0) return spans;
    await pause(200);
  }
  throw new Error('no trace has come');
}

function spansIn(line: string): Span[] {
  const value = line === '' ? {} : (JSON.parse(line) as { spans?: Span[]; name?: string });
  return value.spans ?? (value.name === undefined ? [] : [value as Span]);
}

function textsUnder(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const written = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  return written.filter(({ length }) => length > 0).map((bytes) => zstdDecompressSync(bytes).toString('utf8'));
}

const signature = 'CpcBAVSoXO7xkQ2c0ffee'.repeat(8);

test('what an endpoint wants back it gets back, and a signature stands in no history, trace, outcome or message', async () => {
  const extra = { google: { thought_signature: signature } };
  const wanted: ScriptedReply[] = [];
  await using team = await startTeam(
    {
      specialist: ({ turn, messages }) => {
        const earlier = (messages as Record<string, unknown>[]).filter(({ role }) => role === 'assistant');
        const whole = earlier.every((each) => {
          const signed = [each.extra_content, ...((each.tool_calls as object[] | undefined) ?? [])];
          return (
            each.reasoning_content === 'I must look.' &&
            signed.every((one) => String(JSON.stringify(one)).includes(signature))
          );
        });
        if (!whole) {
          const refusal = openAiError(400, `reasoning_content or thought_signature is missing; expected ${signature}`);
          wanted.push(refusal);
          return refusal;
        }
        if (turn < 2) return calls(['search_code', { query: turn === 0 ? 'boil' : 'water' }]);
        return turn === 2 ? says('no JSON') : says(goodDraft);
      },
    },
    [],
    (reply) =>
      changed(reply, ({ tool_calls: given }) => {
        const signed = (given as object[] | undefined)?.map((call) => ({ ...call, extra_content: extra }));
        return {
          reasoning_content: 'I must look.',
          extra_content: extra,
          ...(signed === undefined ? {} : { tool_calls: signed }),
        };
      }),
  );
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const handle = await scene.start('When does boil throw?', {
    pipeline: pipeline({ gate: { retryLimit: 0, judge: {} } }),
    limits,
  });
  const outcome = (await handle.result()) as AnswerOutcome;
  await traced(scene.dataDirectory);
  const seen = {
    outcome,
    history: await handle.fetchHistory(),
    raw: await historyOf(handle),
    traces: textsUnder(join(scene.dataDirectory, 'traces')),
  };
  assert.doesNotMatch(JSON.stringify(seen), /CpcBAVSo|c0ffee/);
  for (const request of team.requests)
    if (roleOf(request) !== 'specialist') assert.doesNotMatch(request.text, /CpcBAVSo|I must look/);
  // The repair turn follows a reply without calls: its thinking is first left out, and given once it is wanted.
  assert.ok(wanted.length >= 1);
});

test('calls that a model writes as text, and other slips of form, lead to an answer, and are counted', async () => {
  await using team = await startTeam({
    specialist: ({ turn }) => {
      if (turn === 0)
        return says('I look.\n<tool_call>\n{"name": "search_code", "arguments": {"query": "boil"}}\n</tool_call>');
      if (turn === 1) return calls(['functions.read_lines', { path: 'lib/kettle.js', first_line: '1' }]);
      return says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When does boil throw?', { pipeline: pipeline(), limits });
  assert.equal(kind, 'answered');
  assert.deepEqual(
    state.tools_called.map(({ tool, status }) => [tool, status]),
    [
      ['search_code', 'ok'],
      ['read_lines', 'ok'],
    ],
  );
  assert.equal(state.repairs?.['tool-call-as-text'], 1);
  assert.equal(state.repairs['tool-name'], 1);
});

test('a call that the server could not read is repaired in a turn of its own, and one that never can ends the try', async () => {
  const slip = openAiError(400, 'the model wrote a function call that cannot be read', { code: 'tool_use_failed' });
  let slips = 0;
  await using team = await startTeam({
    specialist: ({ turn, user }) => {
      slips += 1;
      if (user.includes('never') || slips === 1) return slip;
      return turn <= 1 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const good = await scene.ask('When does boil throw?', { pipeline: pipeline(), limits });
  assert.equal(good.kind, 'answered');
  assert.equal(good.state.usage.estimated, true);
  slips = 0;
  const bad = await scene.ask('Why never?', { pipeline: pipeline({ gate: { retryLimit: 0 } }), limits });
  assert.equal(bad.kind, 'retries-exhausted');
  assert.equal(slips, 3);
  assert.match(bad.state.specialist_output[0]?.reasons.join() ?? '', /could not read the tool call/);
});

const gone = openAiError(404, 'no such model: judge');
const busy: ScriptedReply = { status: 503, body: { error: { message: 'overloaded' } } };

for (const [what, judge] of Object.entries({
  'does not exist': gone,
  'stays away': busy,
  'writes no verdict': says('fine!'),
})) {
  test(`a judge that ${what} leaves a verified draft standing, marked as unjudged`, async () => {
    await using team = await startTeam({ judge: () => judge });
    await using scene = await openScene({ modelUrl: team.url });
    const spec = pipeline({ gate: { retryLimit: 2, judge: {} } });
    const { kind, state } = await scene.ask('When does boil throw?', { pipeline: spec, limits });
    assert.equal(kind, 'answered');
    assert.equal(state.retry_count, 0);
    const [output] = state.specialist_output;
    assert.equal(output?.accepted, null);
    assert.ok((output.unjudged ?? '') !== '');
    assert.match(state.gaps.join(), /no judge has read the answer/);
    assert.equal(state.final_answer, goodDraft.answer);
  });
}

test('an unjudged draft still needs citations that hold, and a pipeline may insist on its judge', async () => {
  await using team = await startTeam({
    judge: () => gone,
    specialist: ({ user }) => says(user.includes('whistle') ? inventedDraft : goodDraft),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const gate = { retryLimit: 0, judge: {} };
  const weak = await scene.ask('When does it whistle?', { pipeline: pipeline({ gate }), limits });
  assert.equal(weak.kind, 'retries-exhausted');
  const strict = await scene.ask('When?', { pipeline: pipeline({ gate: { ...gate, judgeRequired: true } }), limits });
  assert.ok(strict.kind === 'unavailable' && strict.failure.kind === 'ModelNotFound');
});

test('an error inside a 200 ends a run as its words say', async () => {
  const body = {
    ...completion(),
    choices: [],
    error: { message: 'no balance is left on this account', code: 'insufficient_balance' },
  };
  await using team = await startTeam({ router: () => ({ body }) });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', { pipeline: pipeline(), limits });
  assert.ok(outcome.kind === 'unavailable' && outcome.failure.kind === 'ModelQuotaSpent');
  assert.match(outcome.failure.message, /no balance is left/);
  assert.equal(team.requests.length, 1);
});
