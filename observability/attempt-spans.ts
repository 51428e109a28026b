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
      ...untilNext(step, record),
      ...readingOf(record),
      ...learnedBy(record),
      ...foreignOf(step),
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
    input: askedBy(step),
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
  rewriteQuestion: 'generation',
  judgeDraft: 'generation',
  synthesize: 'generation',
  runTool: 'tool',
  callForeignTool: 'tool',
  noteForeignCall: 'tool',
  verifyCitations: 'evaluator',
  checkEdit: 'evaluator',
  checkPlaces: 'evaluator',
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

/** Of an attempt that failed or was lost: how long nothing was done about it, which is no part of any span. */
function untilNext(
  { spans, attempts, startedMs }: ActivityStep,
  { attempt, level, endMs }: SpanRecord,
): Record<string, number> {
  if (level !== 'ERROR') return {};
  const next = spans.find((record) => record.attempt === attempt + 1)?.startMs;
  const nextMs = next ?? (attempts === attempt + 1 ? startedMs : null);
  return nextMs === null ? {} : { nextAttemptAfterMs: Math.max(0, nextMs - endMs) };
}

/** Of a call of a foreign tool: whose it is, and how it ended. */
function foreignOf({ result }: ActivityStep): Record<string, unknown> {
  const { foreign } = (result ?? {}) as { foreign?: unknown };
  return foreign === undefined ? {} : { foreign };
}

/** Requests that were refused and sent again otherwise, and what that taught. */
function learnedBy({ learned = [] }: SpanRecord): Record<string, unknown> {
  return learned.length === 0 ? {} : { refusals: learned.length, learned };
}

function inputOf(step: ActivityStep, record: SpanRecord): TraceField | null {
  if (isPart(record)) return record.request === undefined ? draftOf(step) : argumentsOf(requestOf(step, record));
  if (isConversation(step)) {
    // Each attempt asks the same: one that failed is told by the turn that another has left.
    const turn = record.output ?? step.spans.find((other) => !isPart(other) && other.output !== undefined)?.output;
    if (turn !== undefined) return { kind: 'conversation', turn, part: 'before' };
  }
  return askedBy(step);
}

/** What an activity was asked, by its call alone. */
function askedBy(step: ActivityStep): TraceField | null {
  const [first] = step.input as [Record<string, unknown> | undefined];
  if (first === undefined) return null;
  if (isTool(step)) return argumentsOf(first.request);
  if (step.type === 'openRepository') return { kind: 'value', value: first.repository ?? null };
  if (step.type === 'verifyCitations') return draftOf(step);
  if (step.type === 'checkEdit') return { kind: 'value', value: first.draft ?? null };
  return isModelCall(step.type) ? { kind: 'call', activity: step.type, call: first } : null;
}

/** Of a call that was not made, too. */
const isTool = ({ type }: ActivityStep): boolean => typeOf(type) === 'tool';

/** Neither a router nor what rewrites a follow-up leaves a turn behind: the messages are made again of the call. */
const isConversation = ({ type }: ActivityStep): boolean =>
  isModelCall(type) && type !== 'routeQuestion' && type !== 'rewriteQuestion';

/** The stored draft whose citations are checked; that of a synthesis is made by the same activity. */
function draftOf({ input, result }: ActivityStep): TraceField | null {
  const [first] = input as [{ content?: unknown; draft?: unknown } | undefined];
  const id = first?.content ?? first?.draft ?? (result as { synthesisId?: unknown } | null)?.synthesisId;
  return typeof id === 'string' ? { kind: 'content', id } : null;
}

/** The arguments as the tool read them, or the text that did not parse. */
function argumentsOf(request: unknown): TraceField {
  const text = (request as { argumentsText?: unknown } | null | undefined)?.argumentsText;
  if (typeof text !== 'string') return { kind: 'value', value: request ?? null };
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch {
    return { kind: 'value', value: text };
  }
}

function requestOf({ input }: ActivityStep, { request = 0 }: SpanRecord): unknown {
  const [first] = input as [{ requests?: unknown[] } | undefined];
  return first?.requests?.[request] ?? null;
}

function outputOf(step: ActivityStep, record: SpanRecord): TraceField | null {
  if (isPart(record)) return outputOfPart(step, record);
  if (isTool(step)) return record.output === undefined ? null : { kind: 'content', id: record.output };
  if (isConversation(step) && record.output !== undefined)
    return { kind: 'conversation', turn: record.output, part: 'reply' };
  if (step.type === 'verifyCitations' || step.type === 'checkEdit')
    return { kind: 'value', value: citationsOf(step.result) };
  if (step.result === null) return null;
  return { kind: 'value', value: step.type === 'routeQuestion' ? replyOf(step.result) : step.result };
}

/** The first 200 characters, as much as is kept; what was read in it is with the stage. */
function replyOf(result: unknown): unknown {
  const { reply } = result as { reply?: unknown };
  return typeof reply === 'string' ? { role: 'assistant', content: reply } : result;
}

function outputOfPart({ citations }: ActivityStep, { output }: SpanRecord): TraceField | null {
  if (output !== undefined) return { kind: 'content', id: output };
  return citations === null ? null : { kind: 'value', value: citations };
}

const citationsOf = (result: unknown): unknown => (result as { citations?: unknown } | null)?.citations ?? result;
