/** How often a call of a foreign tool is sent, whatever becomes of its attempts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { callForeignTool } from '../../activities/foreign-tools.ts';
import type { ForeignCall } from '../../contracts/foreign/calls.ts';
import type { ToolResult } from '../../contracts/tools.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import { ForeignProblem } from '../../foreign-tools/failures.ts';
import type { ForeignTools } from '../../foreign-tools/foreign-tools.ts';

const hash = 'a'.repeat(64);
const call = (more: Partial<ForeignCall['tool']> = {}, argumentsText = '{"query":"tea"}'): ForeignCall => ({
  request: { callId: 'c', tool: 'mcp__shop__order', argumentsText },
  tool: {
    ...{ name: 'mcp:shop/order', definition: hash, hash, effects: true, repeatable: false },
    ...{ policy: 'ask', timeoutSeconds: 5 },
    ...more,
  },
  scope: { stage: 'specialist', specialist: 'code', try: 1 },
});

type Scene = { answers: ForeignTools['call']; put?: () => Promise<string>; kept?: ToolResult | null };

/** @returns what the attempt gave or threw, and how often the server was asked */
async function attempt(given: ForeignCall, scene: Scene, info: Record<string, unknown> = {}) {
  let asked = 0;
  const texts: string[] = [];
  const deps = {
    foreignTools: {
      call: (...sent: Parameters<ForeignTools['call']>) => {
        asked += 1;
        return scene.answers(...sent);
      },
    },
    content: {
      put:
        scene.put ??
        (async (text: string) => {
          texts.push(text);
          return hash;
        }),
    },
    turnResults: { readStep: async () => scene.kept ?? null, writeStep: async () => {} },
  } as unknown as ActivityDependencies;
  const environment = new MockActivityEnvironment(
    {
      scheduledTimestampMs: Date.now(),
      scheduleToCloseTimeoutMs: 1e9,
      startToCloseTimeoutMs: 60_000,
      ...info,
    },
    { logger: new DefaultLogger('ERROR') },
  );
  const outcome: unknown = await environment.run(callForeignTool(deps), given).catch((error: unknown) => error);
  const { result } = outcome as ActivityResult<ToolResult>;
  return { asked, texts, outcome, result };
}

const answers: Scene['answers'] = async ({ onSent }) => {
  onSent();
  return { text: 'two kettles are on their way', isError: false, cut: false };
};

const lostBefore = { attempt: 2 };
const failedBefore = { attempt: 2, heartbeatDetails: { spans: [], failures: 1, lost: 0, tookMs: 5 } };

test('an attempt after one that was lost sends nothing, unless the call may be repeated', async () => {
  const effect = await attempt(call(), { answers }, lostBefore);
  assert.deepEqual(
    [effect.asked, effect.result.foreign],
    [0, { server: 'shop', end: 'unknown', failure: 'ForeignOutcomeUnknown' }],
  );
  assert.match(
    effect.texts[0] ?? '',
    /^error: outcome unknown: ForeignOutcomeUnknown: the worker that was at it is gone\n/,
  );
  const repeatable = await attempt(call({ repeatable: true }), { answers }, lostBefore);
  assert.deepEqual([repeatable.asked, repeatable.result.status], [1, 'ok']);
});

test('an attempt after one that failed before it had sent anything makes the call', async () => {
  const { asked, result } = await attempt(call(), { answers }, failedBefore);
  assert.deepEqual([asked, result.foreign?.end], [1, 'answered']);
});

test('what was kept before a worker was lost is found, and nothing is sent', async () => {
  const first = await attempt(call(), { answers });
  const again = await attempt(call(), { answers, kept: first.result }, lostBefore);
  assert.deepEqual([again.asked, again.result], [0, first.result]);
});

test('a server that cannot be reached is tried again, since nothing was sent', async () => {
  const away: Scene['answers'] = async () => {
    throw new ForeignProblem('ForeignServerUnavailable', 'not there');
  };
  const { outcome } = await attempt(call(), { answers: away });
  assert.ok(outcome instanceof ApplicationFailure);
  assert.deepEqual([outcome.type, outcome.nonRetryable], ['ForeignServerUnavailable', false]);
  const last = { attempt: 3, heartbeatDetails: { spans: [], failures: 2, lost: 0, tookMs: 5 } };
  const { result } = await attempt(call(), { answers: away }, last);
  assert.deepEqual(result.foreign, { server: 'shop', end: 'failed', failure: 'ForeignServerUnavailable' });
});

test('once a call with effects was sent, no failure of ours has it sent again', async () => {
  const full = async () => Promise.reject(new Error('ENOSPC: no space left on device'));
  const { asked, outcome } = await attempt(call(), { answers, put: full });
  assert.ok(outcome instanceof ApplicationFailure);
  assert.deepEqual([asked, outcome.type, outcome.nonRetryable], [1, 'ForeignOutcomeUnknown', true]);
  const dies: Scene['answers'] = async ({ onSent }) => {
    onSent();
    throw new ForeignProblem('ForeignServerDied', 'ended in the middle');
  };
  const { result } = await attempt(call(), { answers: dies });
  assert.deepEqual(result.foreign, { server: 'shop', end: 'unknown', failure: 'ForeignServerDied' });
});

test('arguments that are no JSON object are answered with an error, and nothing is sent', async () => {
  for (const text of ['[1]', '{"query":', '"tea"']) {
    const { asked, result } = await attempt(call({}, text), { answers });
    assert.deepEqual([asked, result.status, result.foreign?.end], [0, 'error', 'failed'], text);
  }
});
