/** Says what is wrong with a pipeline file, each mistake with its place. */
import type { z } from 'zod';
import { type JsonPath, lineOf, linesOfJson } from './json-lines-of.ts';
import { printableLine } from './output.ts';

export type PipelineMistake = {
  /** Such as `specialists[1].tools[0]`; empty for the file as a whole. */
  path: string;
  line: number | null;
  message: string;
};

export type LocatedMessage = { path: JsonPath; message: string };

/** Gives messages their place in the text, ordered by line. */
export function locate(messages: readonly LocatedMessage[], text: string): PipelineMistake[] {
  const lines = linesOfJson(text);
  return messages
    .map(({ path, message }) => ({ path: pathText(path), line: lineOf(lines, path), message: printableLine(message) }))
    .sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

/** The schema's complaints in words; a key that nobody knows is a mistake at that key. */
export function messagesOf(issues: readonly z.core.$ZodIssue[]): LocatedMessage[] {
  return issues.flatMap((issue): LocatedMessage[] => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such setting' }));
    const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
    return [{ path, message: missing ? `is missing (expected ${issue.expected})` : issue.message }];
  });
}

/** `file:line: path: message`, as compilers write it. */
export function mistakeLine(file: string, { path, line, message }: PipelineMistake): string {
  return `${file}${line === null ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${message}`;
}

function pathText(path: JsonPath): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${printableLine(part)}`))
    .join('');
}
