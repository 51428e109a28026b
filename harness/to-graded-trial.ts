/** Reduces a graded record to what comparisons and signals read. */
import { createHash } from 'node:crypto';
import type { RunLogRecord } from '../contracts/run-log.ts';
import type { GradedRecord } from './graded-record.ts';
import type { GradedTrial, LatencyParts } from './graded-trial.ts';

/** @param dataset its name for a record that does not say which one it answers */
export function toGradedTrial(record: RunLogRecord, graded: GradedRecord, dataset: string): GradedTrial {
  return {
    dataset: record.dataset ?? dataset,
    question: record.question_id,
    variant: record.variant,
    trial: record.trial,
    expectedRoute: graded.expected_route,
    route: graded.route,
    correct: graded.correct === null ? null : Number(graded.correct),
    wasteful: wastefulOf(graded),
    label: graded.label,
    costUsd: record.cost_usd,
    latencyMs: latencyOf(record),
    retries: record.retry_count,
    abstained: graded.abstained,
    error: graded.error,
    calls: graded.tools?.calls ?? null,
    kindUnknown: graded.tools?.kindUnknown ?? 0,
    models: modelsOf(record),
    fingerprint: fingerprintOf(record),
    ...(graded.scores === undefined ? {} : { scores: graded.scores }),
  };
}

/** Only a right answer can be: of a wrong one it is known without its calls. */
function wastefulOf({ label, wasteful }: GradedRecord): boolean | null {
  if (label === 'correct_but_wasteful') return true;
  const open = (label === 'correct' && wasteful === null) || (label === 'unknown' && wasteful !== false);
  return open ? null : false;
}

/**
 * Waits for a provider or a person are no work of the variant: they count with the back-off. Where a reply was used again
 * nobody waited for it, and the time says nothing.
 */
function latencyOf({ latency_ms: parts, usage }: RunLogRecord): LatencyParts {
  if (parts === null || usage?.reused !== undefined)
    return { total: null, queue: null, model: null, tool: null, backoff: null, orchestration: null };
  const { total, queue, model, tool, orchestration, backoff, waiting } = parts;
  const idle = backoff === null && waiting === null ? null : (backoff ?? 0) + (waiting ?? 0);
  return { total, queue, model, tool, backoff: idle, orchestration };
}

function modelsOf({ model, models }: RunLogRecord): string[] {
  return [...new Set(models === null ? (model?.split(', ') ?? []) : Object.values(models))].sort();
}

/** Null where the log says neither what was answered nor what was called: then nothing shows that two trials are alike. */
function fingerprintOf({ outcome, final_answer, evidence, tools_called, routes_run }: RunLogRecord): string | null {
  if (final_answer === null && tools_called === null) return null;
  const calls = tools_called?.map(({ specialist, tool, arguments_text }) => [specialist, tool, arguments_text]);
  const said = JSON.stringify([outcome, final_answer, evidence, calls, routes_run]);
  return createHash('sha256').update(said).digest('hex');
}
