/** What all finders share: how a candidate is put together, and how lines are read. */
import { createHash } from 'node:crypto';
import type { Fact } from '../contracts/dataset.ts';
import type { Candidate, QuestionRoute, SourceFile } from '../contracts/evaluation/question-making.ts';

/** A file, read once for all finders. */
export type ReadFile = SourceFile & { lines: string[] };

export function readFile(file: SourceFile): ReadFile {
  return { ...file, lines: file.text.split(/\r?\n/) };
}

type Found = {
  source: Candidate['source'];
  route: QuestionRoute;
  question: string;
  file: ReadFile;
  /** What holds the facts; 1-based, both ends included. */
  lines: [number, number];
  /** More lines of the same file, or of others, that the facts need. */
  also?: { file: ReadFile; lines: [number, number] }[];
  facts: Fact[];
  secrets?: string[];
  reference: string;
  /** What tells this candidate from others of its file; no line number, so that the id outlives edits elsewhere. */
  key: string;
};

const excerptLines = 40;

export function candidate({ source, route, question, file, lines, also = [], facts, ...more }: Found): Candidate {
  const { key, reference, secrets = [] } = more;
  const [first, last] = lines;
  return {
    id: idOf(source, file.path, key),
    source,
    route,
    kind: 'answerable',
    question: sentence(question),
    places: [{ file, lines }, ...also].map((place) => ({ path: place.file.path, lines: place.lines })),
    facts,
    secrets,
    absent: [],
    reference: reference.slice(0, 1000),
    excerpt: file.lines
      .slice(first - 1, Math.min(last, first + excerptLines - 1))
      .join('\n')
      .slice(0, 4000),
  };
}

export function idOf(source: string, ...parts: string[]): string {
  return `${source}-${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 10)}`;
}

/** One line, its first letter large, with a mark at its end. */
export function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const large = line.slice(0, 1).toUpperCase() + line.slice(1);
  return /[.?!:]$/.test(large) ? large : `${large}?`;
}

export const lowerFirst = (text: string): string =>
  /^[A-Z]{2}|^[A-Z]\d|^I\b/.test(text) ? text : text.slice(0, 1).toLowerCase() + text.slice(1);

/** A name of code, letter for letter. */
export const codeFact = (text: string): Fact => [{ text, match: 'code' }];
export const wordFact = (...texts: string[]): Fact => texts.map((text) => ({ text, match: 'words' }));
/** A version as it stands, without zeros at its end, and with what people write before it: `1.25.0`, `v1.25.0`, `1.25`, `v1.25`. */
export function versionFact(exact: string, ...before: string[]): Fact {
  const short = /^(\d+\.\d+(?:\.\d+)*?)(?:\.0)+$/.exec(exact)?.[1];
  const versions = [exact, ...(short === undefined ? [] : [short])];
  const plain = versions.flatMap((version) => [version, `v${version}`]);
  return wordFact(...plain, ...before.flatMap((word) => versions.map((version) => `${word}${version}`)));
}

const callable = /^(function|method|func|fn|def|constructor|macro|arrow)/i;

/** The function around a line as an answer may name it: one inside of another by either name, a method with its class. */
export function enclosing(file: ReadFile, line: number): Enclosing | null {
  const around = file.definitions.filter((one) => one.line <= line && one.last >= line && one.kind !== 'heading');
  const functions = around.filter(({ kind, name }) => callable.test(kind) && /^[A-Za-z_$][\w$]{2,}$/.test(name));
  const inner = functions.at(-1);
  if (inner === undefined || /^(constructor|__init__|init|main|new)$/.test(inner.name)) return null;
  const outer = functions.at(-2) ?? null;
  const owner = around.findLast(({ kind, line: from }) => !callable.test(kind) && from < inner.line) ?? null;
  const named = [inner, outer, owner].filter((one) => one !== null);
  return { inner, names: [inner.name, ...(outer === null ? [] : [outer.name])], owner: owner?.name ?? null, named };
}

type Definition = SourceFile['definitions'][number];
/** @property named the definitions that `names` and `owner` are of */
export type Enclosing = { inner: Definition; names: string[]; owner: string | null; named: Definition[] };

const emphasis = /(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g;

/** Markdown and reStructuredText to plain words; code spans keep their backticks. */
export function plainText(text: string): string {
  return text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/``([^`]+)``/g, '`$1`')
    .replace(/:[a-z:]+:`~?([^`<]+?)(?:\s*<[^`>]*>)?`/g, '`$1`')
    .replace(/`([^`<]+?)\s*<[^`>]*>`_+/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(emphasis, '$2')
    .replace(/\{@\w+\s+([^}|]+)(?:\|[^}]*)?\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The first sentence of a text, without its full stop. */
export function firstSentence(text: string): string {
  const [sentenceText = ''] = /^.*?[^.]{3}(?=\.(?:\s|$)|$)/s.exec(text.trim()) ?? [];
  return sentenceText
    .replace(/\s+/g, ' ')
    .replace(/[.:;,]+$/, '')
    .trim();
}
