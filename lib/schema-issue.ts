/** What does not fit a schema, as the end of a sentence that begins with the field: "must be 0.5 or less, not 0.7". */
import type { z } from 'zod';

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};

/** The units of a bound, by what it bounds; a number has none. */
const units: Record<string, [one: string, many: string]> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
  set: ['item', 'items'],
  file: ['byte', 'bytes'],
};

/** An error map of zod: messages that a schema has of its own win, and what is not known here keeps zod's words. */
export function schemaIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const allowed = allowedBy(issue);
  if (allowed === undefined) return undefined;
  if (issue.input === undefined) return `is missing: it must be ${allowed}`;
  return `must be ${allowed}${givenText(issue.input, issue.code)}`;
}

function allowedBy(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value')
    return issue.values.length === 1 ? textOf(issue.values[0]) : `one of ${issue.values.map(textOf).join(', ')}`;
  if (issue.code === 'too_big')
    return boundText(issue.origin, Number(issue.maximum), issue.inclusive ? 'or less' : 'less than');
  if (issue.code === 'too_small')
    return boundText(issue.origin, Number(issue.minimum), issue.inclusive ? 'or more' : 'more than');
  if (issue.code === 'invalid_format' && issue.format === 'datetime')
    return 'a date and time such as 2026-01-31T12:00:00Z';
  return undefined;
}

/** `0.5 or less`, `more than 0`, `text of 1 character or more`, `a list of 3 items or less`. */
function boundText(origin: string, bound: number, how: string): string {
  const unit = units[origin];
  const amount = unit === undefined ? String(bound) : `${bound} ${unit[bound === 1 ? 0 : 1]}`;
  const text = how.startsWith('or') ? `${amount} ${how}` : `${how} ${amount}`;
  return unit === undefined ? text : `${kinds[origin] ?? origin} of ${text}`;
}

/** A value that is short enough to show; else what kind of thing it is, where that is what is wrong with it. */
function givenText(input: unknown, code: string): string {
  const kind = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input;
  const shown = kind === 'number' || kind === 'boolean' || (kind === 'string' && String(input).length <= 60);
  if (shown) return `, not ${textOf(input)}`;
  return code === 'invalid_type' || code === 'invalid_value' ? `, not ${kinds[kind] ?? kind}` : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
