/** What does not fit a schema is told in a sentence that says what is allowed, without the words of the library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { schemaIssue } from '../../lib/schema-issue.ts';

function messageOf(schema: z.ZodType, value: unknown): string {
  const [issue] = schema.safeParse(value, { error: schemaIssue }).error?.issues ?? [];
  return issue?.message ?? 'fits';
}

test('bounds, kinds and choices are told with what is allowed and what was given', () => {
  const cases: [z.ZodType, unknown, string][] = [
    [z.number().max(0.5), 0.7, 'must be 0.5 or less, not 0.7'],
    [z.number().positive(), 0, 'must be more than 0, not 0'],
    [z.int(), 1.5, 'must be a whole number, not 1.5'],
    [z.int().min(2), 1, 'must be 2 or more, not 1'],
    [z.string().min(1), '', 'must be text of 1 character or more, not ""'],
    [z.string().max(3), 'x'.repeat(1000), 'must be text of 3 characters or less'],
    [z.string(), undefined, 'is missing: it must be text'],
    [z.string(), ['a'], 'must be text, not a list'],
    [z.array(z.string()).min(1), [], 'must be a list of 1 item or more'],
    [z.object({}), [], 'must be an object, not a list'],
    [z.record(z.string(), z.string()), 'x', 'must be an object, not "x"'],
    [z.boolean(), null, 'must be true or false, not null'],
    [z.enum(['same-route', 'next-route']), 'other', 'must be one of "same-route", "next-route", not "other"'],
    [z.enum(['a', 'b']), undefined, 'is missing: it must be one of "a", "b"'],
    [z.literal('a'), {}, 'must be "a", not an object'],
    [z.iso.datetime(), 'today', 'must be a date and time such as 2026-01-31T12:00:00Z, not "today"'],
  ];
  for (const [schema, value, message] of cases) assert.equal(messageOf(schema, value), message);
});

test('a message that a schema has of its own stays', () => {
  assert.equal(messageOf(z.string().min(1, 'the question is empty'), ''), 'the question is empty');
});
