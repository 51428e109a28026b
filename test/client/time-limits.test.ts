import { ordinaryTransport } from '../../contracts/model/access.ts';
import { ServiceError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noLimits } from '../../contracts/model/limits.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { routeOne } from '../../application/runs/route-one.ts';
import type { Session } from '../../application/session/session.ts';
import { benchmarkStart } from '../../client/benchmark/start-benchmark.ts';
import { startRun } from '../../application/runs/start-run.ts';
import { inLastingSession } from '../../application/session/runtime-loss.ts';
import type { BenchmarkInput } from '../../contracts/benchmark.ts';
import { pipeline, quickLimits } from '../support/scene.ts';

/** A session whose server only keeps what it is told to start. */
function listening({ has = null as string[] | null, refuses = false } = {}) {
  let lookedUp = 0;
  const told: Record<string, unknown>[] = [];
  const result = () => ({
    route: 'code',
    probabilities: [],
    source: 'forced',
    fallback: false,
    reply: '',
    usage,
    model: null,
  });
  const usage = {
    modelCalls: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costUsd: 0,
  };
  const start = async (_type: string, options: Record<string, unknown>) => {
    told.push(options);
    const unknown = namesOf([{ typedSearchAttributes: [], ...options }])
      .flat()
      .filter((name) => has?.includes(name) === false);
    if (refuses || unknown.length > 0) throw refusal(unknown);
    return { firstExecutionRunId: 'r', result };
  };
  const operatorService = {
    listSearchAttributes: async () => {
      lookedUp += 1;
      return { customAttributes: Object.fromEntries((has ?? []).map((name) => [name, 2])) };
    },
  };
  const session = { client: { workflow: { start } }, connection: { operatorService }, namespace: 'n', taskQueue: 'q' };
  return { told, session: session as unknown as Session, lookedUp: () => lookedUp };
}

/** As @temporalio/client passes on what gRPC says. */
function refusal(names: readonly string[]): Error {
  const details = `Namespace n has no mapping defined for search attribute ${names.join(', ')}`;
  const cause = Object.assign(new Error(`3 INVALID_ARGUMENT: ${details}`), {
    code: 3,
    details,
    metadata: {},
  });
  return new ServiceError('Failed to start Workflow', { cause });
}

const question = { question: 'When?', pipeline: pipeline(), forcedRoute: null, limits: quickLimits };
const run = { ...question, repository: { kind: 'path', path: '/tmp/kettle' } } as const;

test('questions and benchmarks are started with a time limit far beyond their own', async () => {
  const { told, session } = listening();
  await startRun(session, { ...question, repository: { kind: 'path', path: '/tmp/kettle' } }, 'ask-1');
  assert.equal(told[0]?.workflowExecutionTimeout, '90 days');
  const input = { searchAttributes: [] } as unknown as BenchmarkInput;
  assert.equal(benchmarkStart('nightly', input).workflowExecutionTimeout, '90 days');
});

test('a run that only routes is started with a time limit that leaves room for all attempts of its calls', async () => {
  const { told, session } = listening();
  await routeOne(session, question, { id: 'q1' }, new AbortController().signal);
  assert.equal(told[0]?.workflowExecutionTimeout, `${3600 + 3 * 60}s`);
});

test('the setting of how long to wait for a person reaches the limits of a run', () => {
  const limits = callLimits({
    ...{ apiKey: null, baseUrl: null, offline: true, router: 'm', specialist: 'm', judge: 'm', synthesizer: 'm' },
    ...{ timeoutSeconds: 100, reasoningTokens: 0, attempts: 4, heartbeatSeconds: 7, personWaitDays: 2 },
    ...{ circuit: { failures: 10, seconds: 15 }, limits: { model: noLimits, fallback: noLimits }, fallback: null },
    ...{ pricesFile: null, capabilitiesFile: null, capabilities: [] },
    ...ordinaryTransport,
  });
  assert.equal(limits.personWaitSeconds, 172_800);
});

test('a run is started by one call; a server that lacks search attributes is asked which it has, and gets those', async () => {
  const known = listening();
  await startRun(known.session, run, 'ask-1');
  assert.deepEqual(namesOf(known.told), [['SwitchyardPipeline', 'SwitchyardRepository']]);
  assert.equal(known.lookedUp(), 0);

  const refusing = listening({ has: ['SwitchyardPipeline'] });
  await startRun(refusing.session, run, 'ask-1');
  assert.deepEqual(namesOf(refusing.told), [['SwitchyardPipeline', 'SwitchyardRepository'], ['SwitchyardPipeline']]);
  assert.equal(refusing.lookedUp(), 1);
});

test('what a server refuses for another reason is told as it says it', async () => {
  const { session, told } = listening({ has: ['SwitchyardPipeline', 'SwitchyardRepository'], refuses: true });
  await assert.rejects(startRun(session, run, 'ask-1'), /Failed to start/);
  assert.equal(told.length, 1);
});

function namesOf(told: readonly Record<string, unknown>[]): string[][] {
  return told.map(({ typedSearchAttributes }) =>
    (typedSearchAttributes as SearchAttributePair[]).map(({ key }) => key.name),
  );
}

/** A runtime whose server holds the run, as far as it was started, and which may die in the middle of the start. */
function runtimes(started: Map<string, string>) {
  let left = 0;
  const open = (dies: 'before' | 'after' | null, startTime = new Date()) => {
    const lost = Promise.withResolvers<void>();
    const start = async (_type: string, { workflowId, memo }: { workflowId: string; memo: { question: string } }) => {
      if (started.has(workflowId))
        throw new WorkflowExecutionAlreadyStartedError('again', workflowId, 'answerQuestion');
      if (dies !== 'before') started.set(workflowId, memo.question);
      if (dies === null) return { firstExecutionRunId: 'run' };
      setImmediate(lost.resolve);
      throw new Error('14 UNAVAILABLE');
    };
    const getHandle = (workflowId: string) => ({
      describe: async () => ({ runId: 'run', startTime, memo: { question: started.get(workflowId) } }),
    });
    const runtime = { ready: {} };
    const leave = async () => {
      left += 1;
    };
    const parts = { runtime, lost: lost.promise, taskQueue: 'q', [Symbol.asyncDispose]: leave };
    return { ...parts, client: { workflow: { start, getHandle } } } as unknown as Session;
  };
  return { open, left: () => left };
}

test('a run whose runtime dies while it is started is started once, in the next one', async () => {
  const began = Date.now();
  for (const dies of ['before', 'after'] as const) {
    const { open, left } = runtimes(new Map());
    const sessions = [open(dies), open(null)];
    const { result, session } = await inLastingSession(
      async () => sessions.shift() as Session,
      (opened, tries) => startRun(opened, run, 'ask-1', { sinceMs: tries > 1 ? began : null }),
    );
    assert.equal(result.runId, 'run', dies);
    assert.deepEqual([sessions.length, left()], [0, 1], 'the first one was left');
    await session[Symbol.asyncDispose]();
  }
});

test('a run of the same id that somebody else has started is none of ours, and what fails otherwise is not tried again', async () => {
  const { open, left } = runtimes(new Map([['ask-1', run.question]]));
  const older = open(null, new Date(Date.now() - 60_000));
  await assert.rejects(startRun(older, run, 'ask-1', { sinceMs: Date.now() }), /already a run ask-1/);
  await assert.rejects(startRun(open(null), run, 'ask-1'), /already a run ask-1/);
  const failing = inLastingSession(
    async () => open(null),
    () => Promise.reject(new Error('a wrong question')),
  );
  await assert.rejects(failing, /a wrong question/);
  assert.equal(left(), 1);
});
