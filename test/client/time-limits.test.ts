import { ordinaryTransport } from '../../contracts/model/access.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callLimits } from '../../client/ask/call-limits.ts';
import { routeOne } from '../../client/ask/route-one.ts';
import type { Session } from '../../client/session.ts';
import { benchmarkStart } from '../../client/benchmark/start-benchmark.ts';
import { startRun } from '../../client/ask/start-run.ts';
import type { BenchmarkInput } from '../../contracts/benchmark.ts';
import { pipeline, quickLimits } from '../support/scene.ts';

/** A session whose server only keeps what it is told to start. */
function listening() {
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
    return { firstExecutionRunId: 'r', result };
  };
  const operatorService = { listSearchAttributes: async () => ({ customAttributes: {} }) };
  const session = { client: { workflow: { start } }, connection: { operatorService }, namespace: 'n', taskQueue: 'q' };
  return { told, session: session as unknown as Session };
}

const question = { question: 'When?', pipeline: pipeline(), forcedRoute: null, limits: quickLimits };

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
    ...{ pricesFile: null, capabilitiesFile: null, capabilities: [] },
    ...ordinaryTransport,
  });
  assert.equal(limits.personWaitSeconds, 172_800);
});
