/**
 * The leaves of a trace: one span for each attempt at an activity that left a record, one for each part of an attempt that
 * has its own, as the tools of a turn do, and one for an end without any record.
 */
import type { SpanRecord, SpanScope, SpanType, TraceField, TraceSpan } from '../contracts/trace.ts';
import type { ActivityStep } from './run-history.ts';

/** What a span lacks that is no model call. */
export const noModelCall = {
  model: null,
  parameters: {},
  promptVersion: null,
  managedPrompt: null,
  usage: null,
} as const;

export function attemptSpans(step: ActivityStep, scope: SpanScope | null, parent: string): TraceSpan[] {
  const spans = step.spans.map((record) => spanOf(step, scope, parent, record));
  const last = step.spans.at(-1);
  const ended = step.state === 'failed' || last?.attempt === step.attempts;
  const told = last !== undefined && (last.level !== 'ERROR' || ended);
  return told || step.startedMs === null ? spans : [...spans, untoldSpan(step, scope, parent, step.startedMs)];
}

function spanOf(step: ActivityStep, scope: SpanScope | null, parent: string, record: SpanRecord): TraceSpan {
  const { key, startMs, attempt, level, message = null, model = null, usage = null } = record;
  const { parameters = {}, promptVersion = null, thinking } = record;
  const isLast = level !== 'ERROR';
  return {
    key,
    parent,
    name: isPart(record) ? record.name : nameOf(step, scope, record.name),
    type: isPart(record) ? typeOfPart(record) : typeOf(step.type),
    startMs,
    // Clocks that were set back in between must not make a span end before it began.
    endMs: Math.max(startMs, record.endMs),
    level,
    message,
    input: inputOf(step, record),
    output: isLast ? outputOf(step, record) : null,
    ...(thinking === undefined ? {} : { thinking: { kind: 'content' as const, id: thinking } }),
    metadata: {
      activityId: step.id,
      attempt,
      summary: step.summary,
      ...waitOf(step, record),
      ...readingOf(record),
      ...learnedBy(record),
    },
    model,
    parameters,
    promptVersion,
    managedPrompt: null,
    usage,
  };
}

/** An attempt whose worker died, was cancelled or is still at it. */
function untoldSpan(step: ActivityStep, scope: SpanScope | null, parent: string, startedMs: number): TraceSpan {
  return {
    key: `${step.id}#${step.attempts}`,
    parent,
    name: nameOf(step, scope, step.type),
    type: typeOf(step.type),
    startMs: startedMs,
    endMs: step.closedMs ?? startedMs,
    level: step.state === 'open' || step.state === 'completed' ? 'DEFAULT' : 'ERROR',
    message: step.failure,
    input: null,
    output: null,
    metadata: { activityId: step.id, attempt: step.attempts, summary: step.summary },
    ...noModelCall,
  };
}

/** True of what an attempt did beside its own work: the tools before a model's call, a check of citations. */
export function isPart({ key }: SpanRecord): boolean {
  return key.includes('/');
}

const typeOfPart = ({ type }: SpanRecord): SpanType => (type === 'retriever' ? 'span' : type);

const types: Record<string, SpanType> = {
  routeQuestion: 'generation',
  callSpecialist: 'generation',
  rerankPlaces: 'generation',
  judgeDraft: 'generation',
  synthesize: 'generation',
  runTool: 'tool',
  verifyCitations: 'evaluator',
};

/** True of an activity that waits for a model; the others work on our side. */
export function isModelCall(activity: string): boolean {
  return typeOf(activity) === 'generation';
}

function typeOf(activity: string): SpanType {
  return types[activity] ?? 'span';
}

function nameOf({ type }: ActivityStep, scope: SpanScope | null, name: string): string {
  return type === 'callSpecialist' && scope?.specialist !== undefined ? `specialist-${scope.specialist}-llm` : name;
}

/** What had to be done to a reply or its usage to make them usable, and for which failure a fallback model gave it. */
function readingOf({ repairs, usage, fallbackAfter, reused, renamed }: SpanRecord): Record<string, unknown> {
  return {
    ...(repairs === undefined ? {} : { repairs }),
    ...(fallbackAfter === undefined ? {} : { fallbackAfter }),
    ...(usage?.estimated === true ? { usageEstimated: true } : {}),
    ...(reused === undefined ? {} : { reused }),
    ...(renamed === undefined ? {} : { renamed }),
  };
}

/** Time from being scheduled to the first attempt, told with what it did first. */
function waitOf(step: ActivityStep, record: SpanRecord): Record<string, number> {
  const isFirst = record.attempt === 1 && record === step.spans[0];
  return isFirst ? { queueMs: Math.max(0, record.startMs - step.scheduledMs) } : {};
}

/** Requests that were refused and sent again otherwise, and what that taught. */
function learnedBy({ learned = [] }: SpanRecord): Record<string, unknown> {
  return learned.length === 0 ? {} : { refusals: learned.length, learned };
}

function inputOf(step: ActivityStep, record: SpanRecord): TraceField | null {
  const [first] = step.input as [Record<string, unknown> | undefined];
  if (isPart(record)) return record.request === undefined ? null : { kind: 'value', value: requestOf(step, record) };
  if (step.type === 'runTool') return { kind: 'value', value: first?.request ?? null };
  if (step.type === 'routeQuestion') return { kind: 'value', value: first ?? null };
  if (isModelCall(step.type) && record.output !== undefined)
    return { kind: 'conversation', turn: record.output, part: 'before' };
  return null;
}

function requestOf({ input }: ActivityStep, { request = 0 }: SpanRecord): unknown {
  const [first] = input as [{ requests?: unknown[] } | undefined];
  return first?.requests?.[request] ?? null;
}

function outputOf(step: ActivityStep, record: SpanRecord): TraceField | null {
  if (isPart(record)) return outputOfPart(step, record);
  if (step.type === 'runTool') return record.output === undefined ? null : { kind: 'content', id: record.output };
  if (isModelCall(step.type) && record.output !== undefined)
    return { kind: 'conversation', turn: record.output, part: 'reply' };
  if (step.type === 'verifyCitations') return { kind: 'value', value: citationsOf(step.result) };
  return step.result === null ? null : { kind: 'value', value: step.result };
}

function outputOfPart({ citations }: ActivityStep, { output }: SpanRecord): TraceField | null {
  if (output !== undefined) return { kind: 'content', id: output };
  return citations === null ? null : { kind: 'value', value: citations };
}

const citationsOf = (result: unknown): unknown => (result as { citations?: unknown } | null)?.citations ?? result;
