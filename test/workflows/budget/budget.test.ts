import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerOutcome } from '../../../contracts/run.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { seededRandom } from '../../../lib/random.ts';
import { costUsd } from '../../../contracts/model/price.ts';
import { openPriceList } from '../../../config/price-list.ts';
import { type Bill, startMeteredTeam } from '../../support/metered-team.ts';
import { openScene, pipeline } from '../../support/scene.ts';
import { shareScenes } from '../../support/shared-in-file.ts';
import { completion, openAiError, type ScriptedReply } from '../../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, says, startTeam, type Team } from '../../support/team.ts';

shareScenes();

const model = 'gpt-4o-mini';

/** Random runs; more where somebody has the time. */
const runs = Number(process.env.SWITCHYARD_TEST_RUNS ?? 8);

type Counted = { inputTokens: number; outputTokens: number };
const tokensOf = ({ inputTokens, outputTokens }: Counted) => inputTokens + outputTokens;
const list = await openPriceList({ baseUrl: 'http://127.0.0.1/v1', offline: false, pricesFile: null });
const { price } = list.of(model);
const priceOf = (counted: Counted) => costUsd(price, { ...counted, cachedInputTokens: 0 }) ?? Number.NaN;

const limitOf = (outcome: AnswerOutcome) => (outcome.kind === 'budget-spent' ? outcome.limit : null);

function since(before: Bill, now: Bill): Bill {
  const { replies, inputTokens, outputTokens } = now;
  return {
    replies: replies - before.replies,
    inputTokens: inputTokens - before.inputTokens,
    outputTokens: outputTokens - before.outputTokens,
  };
}

/** The pipeline of the scene with a judge, every agent on a model that has a price. */
function priced(budget: Partial<PipelineSpec['budget']>, more: Record<string, unknown> = {}): PipelineSpec {
  const specialists = pipeline().specialists.map((specialist) => ({ ...specialist, model, maxOutputTokens: 400 }));
  const rest = { router: { fallback: 'docs', model }, gate: { retryLimit: 2, judge: { model } }, synthesis: { model } };
  return pipeline({ ...rest, specialists, ...more, budget });
}

/** The router cannot decide between two, which work side by side. */
function undecided(): ScriptedReply {
  const even = ['code', 'docs'].map((token) => ({ token, logprob: Math.log(0.5) }));
  const logprobs = { content: [{ ...even[0], top_logprobs: even }] };
  return { body: completion({ text: 'code', logprobs, model: 'test-model' }) };
}

test('a limit of 16 tokens is not passed: nothing fits into it, so nothing is asked', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When does boil throw?', { pipeline: pipeline({ budget: { tokens: 16 } }) });
  assert.equal(limitOf(outcome), 'tokens');
  assert.equal(tokensOf(outcome.state.usage), 0);
  assert.equal(outcome.state.usage.modelCalls, 0);
  assert.equal(team.requests.length, 0);
});

test('a money limit that the first call would pass ends the run before it is asked, and is named', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When does boil throw?', { pipeline: priced({ costUsd: 0.000_01 }) });
  assert.equal(limitOf(outcome), 'costUsd');
  assert.equal(outcome.state.usage.costUsd, 0);
  assert.equal(team.requests.length, 0);
});

test('a specialist whose tools show more than fits answers from what does, within the limit', async () => {
  const long = 'export function boil(water) {\n  if (water < 1) throw new Error("KETTLE_EMPTY");\n}\n';
  const files = { 'lib/kettle.js': long + 'export const cup = (water) => boil(water) * 2;\n'.repeat(300) };
  const seen: string[] = [];
  await using team = await startMeteredTeam({
    specialist: ({ turn, messages }) => {
      if (turn === 0) return calls(['read_lines', { path: 'lib/kettle.js', first_line: 1, last_line: 300 }]);
      seen.push(String(messages.find(({ role }) => role === 'tool')?.content));
      return says({ ...goodDraft, citations: [{ ...goodDraft.citations[0], path: 'lib/kettle.js' }] });
    },
  });
  await using scene = await openScene({ modelUrl: team.url, files });
  const { kind, state } = await scene.ask('When does boil throw?', {
    pipeline: pipeline({ budget: { tokens: 5000 } }),
  });
  assert.equal(kind, 'answered');
  assert.ok(tokensOf(team.bill) <= 5000 && tokensOf(state.usage) === tokensOf(team.bill));
  assert.match(seen.at(-1) ?? '', /KETTLE_EMPTY[\s\S]*\[cut here: the budget leaves no room for more\]$/);
});

test('whatever goes wrong on the way, no run uses more than its limits, and each counts what it was billed', async (t) => {
  const [random, ofCalls] = [seededRandom(12), seededRandom(13)];
  const often = (share: number) => random() < share;
  const spoiled = (reply: ScriptedReply, finish: string): ScriptedReply => {
    const body = reply.body as { choices: object[] };
    return {
      ...reply,
      body: { ...body, choices: body.choices.map((choice) => ({ ...choice, finish_reason: finish })) },
    };
  };
  /** Busy, broken with a bill, unusable, or as it should be. */
  const perhaps = (reply: ScriptedReply): ScriptedReply => {
    if (often(0.06)) return { ...openAiError(429, 'slow down'), headers: { 'retry-after-ms': '5' } };
    if (often(0.03)) return spoiled(reply, 'error');
    return often(0.08) ? says('As a language model') : reply;
  };
  const parts: Partial<Team> = {
    router: () => perhaps(undecided()),
    specialist: ({ request }) => {
      const work = calls(['search_code', { query: 'boil' }], ['read_lines', { path: 'lib/kettle.js' }]);
      if (request.body.tool_choice !== 'none' && often(0.5)) return perhaps(work);
      return perhaps(says(often(0.3) ? inventedDraft : goodDraft));
    },
    judge: () =>
      perhaps(says(often(0.4) ? { accepted: false, reasons: ['say more'] } : { accepted: true, reasons: [] })),
    synthesizer: () => perhaps(says({ ...goodDraft, superseded: [] })),
  };
  await using team = await startMeteredTeam(parts, [], { count: (text) => Math.ceil(text.length / 3.5) });
  await using scene = await openScene({ modelUrl: team.url });
  const limits: { tokens: number; costUsd: number | null; modelCalls?: number }[] = [
    { tokens: 1200, costUsd: null },
    { tokens: 50_000, costUsd: 0.0002 },
    { tokens: 50_000, costUsd: null },
  ];
  while (limits.length < runs) {
    const dollars = often(0.5) ? random() ** 2 * 0.002 + 0.0001 : null;
    const modelCalls = ofCalls() < 0.5 ? { modelCalls: 2 + Math.floor(ofCalls() * 8) } : {};
    limits.push({ tokens: Math.round(300 + random() ** 2 * 12_000), costUsd: dollars, ...modelCalls });
  }
  const ends: string[] = [];
  for (const limit of limits) {
    const before = { ...team.bill };
    const outcome = await scene.ask('When does boil throw?', { pipeline: priced(limit) });
    const billed = since(before, team.bill);
    const what = JSON.stringify({ limit, billed, kind: outcome.kind });
    ends.push(limitOf(outcome) ?? outcome.kind);
    assert.ok(tokensOf(billed) <= limit.tokens, what);
    assert.ok(limit.costUsd === null || priceOf(billed) <= limit.costUsd + 1e-9, what);
    const { usage } = outcome.state;
    assert.equal(usage.modelCalls, billed.replies, what);
    assert.ok(usage.modelCalls <= (limit.modelCalls ?? Number.POSITIVE_INFINITY), what);
    assert.deepEqual([usage.inputTokens, usage.outputTokens], [billed.inputTokens, billed.outputTokens], what);
    assert.ok(Math.abs((usage.costUsd ?? Number.NaN) - priceOf(billed)) < 1e-9, what);
  }
  t.diagnostic(
    `${runs} runs: ${JSON.stringify(
      Object.fromEntries(
        Map.groupBy(ends, (end) => end)
          .entries()
          .map(([end, { length }]) => [end, length]),
      ),
    )}`,
  );
  assert.deepEqual(ends.slice(0, 2), ['tokens', 'costUsd']);
  assert.match(ends[2] ?? '', /answered|retries-exhausted/);
});

test('replies of no use count as model calls: a limit of calls is not passed by attempts', async () => {
  await using team = await startMeteredTeam({
    router: () => ({ body: completion({ text: 'code', model: 'test-model', finish: 'error' }) }),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When does boil throw?', { pipeline: pipeline({ budget: { modelCalls: 2 } }) });
  assert.equal(limitOf(outcome), 'modelCalls');
  assert.equal(outcome.state.usage.modelCalls, 2);
  assert.equal(team.bill.replies, 2);
});

test('an attempt that was paid for and of no use counts, and the next has less', async () => {
  let failures = 0;
  await using team = await startMeteredTeam({
    router: () => {
      failures += 1;
      const reply = completion({ text: 'code', model: 'test-model', finish: failures === 1 ? 'error' : 'stop' });
      return { body: reply };
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When does boil throw?', { pipeline: pipeline() });
  assert.equal(kind, 'answered');
  assert.equal(team.bill.replies, 4);
  assert.equal(tokensOf(state.usage), tokensOf(team.bill));
});
