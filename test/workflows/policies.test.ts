import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpecialistOutput } from '../../contracts/agent.ts';
import { bestOutput } from '../../workflows/answer-question/gate.ts';
import { addUsage, noUsage } from '../../contracts/usage-sum.ts';
import { nextUntriedRoute, probabilityOf, routesToRun } from '../../workflows/answer-question/routing.ts';

const router = { clearProbability: 0.5, clearLead: 0.15, fanOut: 2 };

function decision(probabilities: Record<string, number>, fallback = false) {
  const entries = Object.entries(probabilities).map(([route, probability]) => ({ route, probability }));
  return { route: entries[0]?.route ?? '', probabilities: entries, source: 'logprobs' as const, fallback, reply: '' };
}

test('a clear winner runs alone, an unclear one with the next likely', () => {
  assert.deepEqual(routesToRun(decision({ code: 0.7, docs: 0.2, debug: 0.1 }), router), ['code']);
  assert.deepEqual(routesToRun(decision({ code: 0.45, docs: 0.3, debug: 0.25 }), router), ['code', 'docs']);
  assert.deepEqual(routesToRun(decision({ code: 0.52, docs: 0.48 }), router), ['code', 'docs']);
  assert.deepEqual(routesToRun(decision({ general: 0.4, code: 0.3 }, true), router), ['general']);
  assert.deepEqual(routesToRun(decision({ code: 0.45, docs: 0.3, debug: 0.25 }), { ...router, fanOut: 1 }), ['code']);
  // At its bounds a winner is clear.
  const atBounds = { clearProbability: 0.5, clearLead: 0.25, fanOut: 2 };
  assert.deepEqual(routesToRun(decision({ code: 0.5, docs: 0.25 }), atBounds), ['code']);
  // What is not likely at all is not asked.
  assert.deepEqual(routesToRun(decision({ code: 0.3, docs: 0 }), router), ['code']);
  assert.deepEqual(routesToRun(decision({ code: 0.3 }), router), ['code']);
  assert.equal(probabilityOf(decision({ code: 0.3 }), 'docs'), 0);
});

test('the next route to try is the most likely that has not run', () => {
  const routed = decision({ code: 0.6, docs: 0.3, debug: 0.1 });
  assert.equal(nextUntriedRoute(routed, ['code']), 'docs');
  assert.equal(nextUntriedRoute(routed, ['code', 'docs', 'debug']), null);
});

function output(more: Partial<SpecialistOutput>): SpecialistOutput {
  return {
    specialist: 'code',
    try: 1,
    kind: 'draft',
    answer: 'a',
    citations: [],
    confidence: 0.6,
    insufficient: false,
    gaps: [],
    draftId: null,
    accepted: null,
    reasons: [],
    ...more,
  };
}

const cited = (status: 'verified' | 'repaired' | 'unresolved') => ({
  path: 'a.js',
  firstLine: 1,
  lastLine: 2,
  quote: 'x',
  blob: status === 'unresolved' ? null : 'a'.repeat(40),
  status,
});

test('the best result is an accepted one, then a cited one, then the most confident; empty ones never', () => {
  const plain = output({ confidence: 0.9 });
  const proven = output({ citations: [cited('verified')], confidence: 0.3 });
  assert.equal(bestOutput([plain, proven]), proven);
  assert.equal(bestOutput([plain, output({ accepted: true, confidence: 0 })])?.accepted, true);
  assert.equal(bestOutput([output({ kind: 'empty' })]), null);
  // Neither certainty nor citations weigh more than what comes before them.
  const sure = output({ citations: [cited('verified')], confidence: 1 });
  assert.equal(bestOutput([sure, output({ accepted: true, confidence: 0 })])?.accepted, true);
  assert.equal(bestOutput([output({ confidence: 1 }), { ...sure, confidence: 0 }])?.confidence, 0);
  const unproven = output({ citations: [cited('unresolved')], confidence: 0.3 });
  assert.equal(bestOutput([unproven, plain]), plain);
});

test('one unknown cost makes the sum unknown', () => {
  assert.equal(addUsage({ ...noUsage, costUsd: null }, { ...noUsage, costUsd: 1 }).costUsd, null);
  assert.equal(addUsage({ ...noUsage, costUsd: 2 }, { ...noUsage, costUsd: 1 }).costUsd, 3);
});
