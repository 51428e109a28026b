/** Says what is wrong with a pipeline file, each mistake with its place. */
import type { z } from 'zod';
import { printableLine } from '../../lib/printable.ts';

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
    return [{ path, message: issue.message }];
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

// Tells on which line of a JSON text a value stands, so that a mistake can be found in the file.

type JsonPath = readonly (string | number)[];

type Open = { kind: 'object' | 'array'; path: JsonPath; key: string | number; expectsKey: boolean };

const token = /"[^"\\]*(?:\\[\s\S]?[^"\\]*)*(?:"|$)|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Lines (1-based) of all values of a JSON text that parses, by `pathKey`. A value in an object stands where its key
 * stands; of two equal keys the last one counts, as in JSON.parse.
 */
function linesOfJson(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const open: Open[] = [];
  let line = 1;
  let scanned = 0;
  for (const match of text.matchAll(token)) {
    line += text.slice(scanned, match.index).split('\n').length - 1;
    scanned = match.index;
    step(match[0], line, open, lines);
  }
  return lines;
}

/** A path as one string, the same for numbers and digits in strings. */
function pathKey(path: JsonPath): string {
  return JSON.stringify(path.map(String));
}

/** The line of the value at `path`, or of the nearest thing around it that is there. */
function lineOf(lines: ReadonlyMap<string, number>, path: JsonPath): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const line = lines.get(pathKey(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return null;
}

function step(text: string, line: number, open: Open[], lines: Map<string, number>): void {
  const around = open.at(-1);
  if (text === '}' || text === ']') open.pop();
  else if (text === ',') {
    if (around?.kind === 'object') around.expectsKey = true;
    else if (around !== undefined) around.key = Number(around.key) + 1;
  } else if (around?.expectsKey === true) {
    around.key = String(JSON.parse(text));
    around.expectsKey = false;
    lines.set(pathKey([...around.path, around.key]), line);
  } else if (text !== ':') {
    const path = around === undefined ? [] : [...around.path, around.key];
    if (around?.kind !== 'object') lines.set(pathKey(path), line);
    if (text === '{') open.push({ kind: 'object', path, key: '', expectsKey: true });
    if (text === '[') open.push({ kind: 'array', path, key: 0, expectsKey: false });
  }
}
