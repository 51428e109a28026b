/** A small made-up trace with one of each kind of span that a run has, to see whether a server keeps it as it is. */
import { randomUUID } from 'node:crypto';
import type { SentSpan, SentTrace } from '../../contracts/trace.ts';
import { noModelCall } from '../../observability/attempt-spans.ts';
import { spanIdOf, traceIdOf } from '../../observability/trace-ids.ts';

const content = {
  level: 'DEFAULT',
  message: null,
  input: 'Does Langfuse keep this?',
  output: 'It is to be seen.',
  metadata: { from: 'switchyard verify-langfuse' },
  ...noModelCall,
} as const;

const call = {
  type: 'generation',
  model: 'switchyard-verification',
  parameters: { temperature: 0 },
  usage: {
    modelCalls: 1,
    inputTokens: 300,
    cachedInputTokens: 100,
    outputTokens: 80,
    reasoningTokens: 20,
    costUsd: 0.00155,
  },
} as const;

/** @param nowMs of its end, milliseconds since the epoch */
export function verificationTrace(environment: string, nowMs: number): SentTrace {
  const runId = randomUUID();
  const traceId = traceIdOf(runId);
  const span = (key: string, parent: string | null, more: Partial<SentSpan>): SentSpan => ({
    key,
    parent,
    id: spanIdOf(traceId, key),
    parentId: parent === null ? null : spanIdOf(traceId, parent),
    name: key,
    type: 'span',
    startMs: nowMs - 2000,
    endMs: nowMs - 1000,
    ...content,
    ...more,
  });
  return {
    traceId,
    name: 'switchyard-verification',
    workflowId: 'switchyard-verification',
    runId,
    session: null,
    tags: ['verification'],
    experiment: null,
    spans: [
      span('router-llm', 'routing', call),
      span('routing', 'root', {}),
      span('root', null, { name: 'switchyard-verification', type: 'chain', startMs: nowMs - 3000, endMs: nowMs }),
    ],
    scores: [{ name: 'confidence', value: 0.5, comment: 'a made-up score' }],
    environment,
    release: null,
    webUrl: null,
  };
}
