/** A finished run to print, and its variations. */
import type { FinishedRun } from '../../../application/runs/run-record.ts';
import type { AnswerOutcome, AnswerState } from '../../../contracts/run.ts';

const blob = 'a'.repeat(40);
const content = 'b'.repeat(64);

export function aState(more: Partial<AnswerState> = {}): AnswerState {
  return {
    question: 'How are request ids generated?',
    pipeline: 'orchestrated',
    snapshot: {
      id: 'c'.repeat(40),
      repositoryKey: 'fastify',
      url: null,
      kind: 'commit',
      label: 'fastify@main',
      files: 300,
      bytes: 3_000_000,
    },
    route: 'code',
    routing: {
      route: 'code',
      probabilities: [
        { route: 'code', probability: 0.9 },
        { route: 'docs', probability: 0.1 },
      ],
      source: 'logprobs',
      fallback: false,
      reply: 'code',
    },
    routes_run: ['code'],
    specialist_output: [],
    evidence: [
      { path: 'lib/a.js', firstLine: 3, lastLine: 9, quote: 'function a', blob, status: 'verified' },
      { path: 'lib/b.js', firstLine: 4, lastLine: 4, quote: 'b', blob, status: 'repaired', reason: 'moved from 7' },
      { path: 'lib/c.js', firstLine: 1, lastLine: 2, quote: 'c', blob: null, status: 'unresolved', reason: 'no file' },
    ],
    tools_called: [
      {
        specialist: 'code',
        try: 1,
        tool: 'grep',
        argumentsText: '{"pattern":"id"}',
        status: 'ok',
        content,
        paths: ['lib/a.js'],
      },
    ],
    final_answer: 'They are made by a counter. '.repeat(12).trim(),
    confidence: 0.8,
    retry_count: 1,
    gaps: ['whether the counter is shared between servers'],
    superseded: [{ specialist: 'docs', reason: 'a later draft was accepted' }],
    usage: {
      modelCalls: 3,
      inputTokens: 12_000,
      cachedInputTokens: 0,
      outputTokens: 345,
      reasoningTokens: 0,
      costUsd: 0.0123,
    },
    models: { router: 'gpt-5-mini', 'specialist-code': 'gpt-5-mini' },
    searched: [],
    trace_link: null,
    ...more,
  };
}

export function aRun(outcome: AnswerOutcome = { kind: 'answered', state: aState() }): FinishedRun {
  return {
    workflowId: 'ask-0mb-1',
    runId: 'run-1',
    webUrl: 'http://127.0.0.1:8233/namespaces/default/workflows/ask-0mb-1/run-1/history',
    serverStops: false,
    durationMs: 3210,
    outcome,
  };
}
