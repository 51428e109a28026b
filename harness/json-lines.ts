/** Reads one line of a JSON lines file, or says what is wrong with it and where. */
import type { z } from 'zod';

/** A line that cannot be taken as it stands; the message begins with its place. */
export class LineProblem extends Error {
  override name = 'LineProblem';
}

/** A number that JSON has no word for, outside of strings: Python's writer leaves them in. */
const noNumber = /"[^"\\]*(?:\\[\s\S]?[^"\\]*)*(?:"|$)|(-?\b(?:NaN|Infinity)\b)/g;

export type UnknownFields = {
  /** Renames what the schema reads under a former name. */
  named: (given: unknown) => unknown;
  /** Called with each field that the schema does not read, as `outer.0.inner`. */
  onUnknown: (field: string) => void;
};

/**
 * @param place of the line, as `file:line`
 * @throws LineProblem
 */
export function readJsonLine<Row>(line: string, place: string, schema: z.ZodType<Row>, unknown?: UnknownFields): Row {
  const given = parsed(line, place);
  const result = schema.safeParse(given);
  if (!result.success) throw new LineProblem(`${place}: ${issueText(result.error.issues)}`);
  if (unknown !== undefined) tellUnknown(unknown.named(given), result.data, '', unknown.onUnknown);
  return result.data;
}

/** What a schema leaves out is what is in the line and not in the row. */
function tellUnknown(given: unknown, read: unknown, path: string, onUnknown: (field: string) => void): void {
  if (typeof given !== 'object' || given === null || typeof read !== 'object' || read === null) return;
  for (const [name, value] of Object.entries(given)) {
    const field = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(read, name)) tellUnknown(value, read[name as keyof typeof read], field, onUnknown);
    else onUnknown(field);
  }
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const [word] = [...line.matchAll(noNumber)].flatMap((match) => match[1] ?? []);
    const hint = word === undefined ? '' : `: ${word} is no number in JSON, write null for what is not known`;
    throw new LineProblem(`${place}: is not JSON${hint}`);
  }
}

/** The first issue, by its innermost cause: of a union, that of its first member. */
function issueText(issues: readonly z.core.$ZodIssue[], around: readonly PropertyKey[] = []): string {
  const [issue] = issues;
  if (issue === undefined) return 'does not fit';
  const path = [...around, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors[0] !== undefined) return issueText(issue.errors[0], path);
  return path.length === 0 ? issue.message : `${path.map(String).join('.')}: ${issue.message}`;
}
