/** Learns an endpoint's dialect from its refusals, and remembers it per base URL and model for the process's life. */
import { fewLogprobs, type WireBody } from './chat-body.ts';
import { type Dialect, efforts, firstDialect, type LimitField, otherLimitField, type Refusal } from './dialects.ts';
import type { ErrorBody } from './error-body.ts';

const fields = [
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'logprobs',
  'top_logprobs',
  'response_format',
  'tool_choice',
  'reasoning_effort',
] as const;
type Field = (typeof fields)[number];

/** How endpoints without `param` speak of a field, where it is not by its name alone. */
const otherNames: Partial<Record<Field, RegExp>> = {
  response_format: /\b(response_format|json_schema|structured outputs?)\b/i,
};

/** The complaint is about how much, not about the field. */
const aboutAmount = /too (large|high|big|many)|at most|at least|less than|greater than|maximum|between|exceed/i;
const aboutName =
  /unrecognized|unknown|unexpected|unsupported (parameter|argument|field)|extra|not permitted|not allowed/i;

export type DialectBook = {
  of(model: string): Dialect;
  /** True when the refusal names a field that can be left out or replaced: the call is worth sending once more. */
  learn(model: string, sent: WireBody, refusal: ErrorBody): boolean;
  /** True when the model was not known to think even so. */
  learnThinking(model: string): boolean;
};

export function createDialectBook(baseUrl: string): DialectBook {
  const known = new Map<string, Dialect>();
  const of = (model: string): Dialect => known.get(model) ?? firstDialect(baseUrl, model);
  return {
    of,
    learn(model, sent, refusal) {
      const lesson = learned(of(model), sent, refusal);
      if (lesson !== null) known.set(model, lesson);
      return lesson !== null;
    },
    learnThinking(model) {
      const dialect = of(model);
      known.set(model, { ...dialect, thinks: 'always' });
      return dialect.thinks !== 'always';
    },
  };
}

/**
 * The dialect without what was refused; null when the refusal names nothing that could be left out. Calls side by side
 * may learn the same thing twice: a lesson only adds refusals, so the second changes nothing.
 */
function learned(dialect: Dialect, sent: WireBody, refusal: ErrorBody): Dialect | null {
  const field = fieldNamed(sent, refusal);
  switch (field) {
    case null:
      return null;
    case 'max_tokens':
    case 'max_completion_tokens':
      return withoutLimit(dialect, sent, field, refusal.message);
    case 'logprobs':
    case 'top_logprobs': {
      const many = (sent.top_logprobs ?? 0) > fewLogprobs && aboutAmount.test(refusal.message);
      return refusing(dialect, many ? 'top_logprobs>5' : 'logprobs');
    }
    case 'reasoning_effort':
      return withOtherEffort(dialect, sent, refusal.message);
    case 'response_format': {
      const wantsObject = /json_object/.test(refusal.message) && sent.response_format?.type === 'json_schema';
      return refusing(dialect, wantsObject ? 'response_format=json_schema' : 'response_format');
    }
    case 'temperature':
    case 'tool_choice':
      return refusing(dialect, field);
  }
}

function withoutLimit(dialect: Dialect, sent: WireBody, named: LimitField, message: string): Dialect | null {
  if (aboutAmount.test(message)) return null;
  // An endpoint that misses one of the two was sent the other.
  const wrong = Object.hasOwn(sent, named) ? named : otherLimitField(named);
  const lesson = refusing(dialect, wrong);
  return lesson.refused.has(otherLimitField(wrong)) ? null : lesson;
}

function withOtherEffort(dialect: Dialect, sent: WireBody, message: string): Dialect | null {
  const effort = efforts.find((step) => step === sent.reasoning_effort);
  if (effort === undefined)
    return dialect.refused.has('reasoning_effort') ? null : { ...dialect, toolsNeedEffort: true };
  if (aboutName.test(message)) return { ...refusing(dialect, 'reasoning_effort'), logprobsNeedEffort: false };
  const lesson = refusing(dialect, `reasoning_effort=${effort}`);
  const left = efforts.some((step) => !lesson.refused.has(`reasoning_effort=${step}`));
  if (left) return lesson;
  return /tool/i.test(message) ? null : refusing(lesson, 'reasoning_effort');
}

/** The field that the refusal names, by `param`, else by the first mention of one that was sent. */
function fieldNamed(sent: WireBody, refusal: ErrorBody): Field | null {
  const wasSent = (field: Field): boolean =>
    Object.hasOwn(sent, field) || (field === 'reasoning_effort' && sent.tools !== undefined);
  if (refusal.param !== null && refusal.param !== '') {
    const root = refusal.param.replace(/^reasoning\.effort/, 'reasoning_effort').split(/[.[]/)[0];
    const isLimit = (field: Field) => field === 'max_tokens' || field === 'max_completion_tokens';
    return fields.find((field) => field === root && (wasSent(field) || isLimit(field))) ?? null;
  }
  const mentions = fields
    .filter(wasSent)
    .map((field) => ({ field, at: refusal.message.search(otherNames[field] ?? new RegExp(`\\b${field}\\b`)) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at);
  return mentions[0]?.field ?? null;
}

function refusing(dialect: Dialect, what: Refusal): Dialect {
  return { ...dialect, refused: new Set(dialect.refused).add(what) };
}
