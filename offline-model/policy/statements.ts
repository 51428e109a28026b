/** Cuts a passage into statements that can be quoted whole: sentences, list items, table rows, entries, lines of code. */
import type { Passage } from './passages.ts';

export type Statement = {
  kind: 'sentence' | 'heading' | 'code' | 'entry';
  /** As it reads, without comment marks and mark-up. */
  text: string;
  /** Positions in the passage's lines, inclusive. */
  from: number;
  to: number;
};

const commentLine = /^\s*(?:\/\/+|\/\*+|\*+(?!\/)|#(?![!#]|\w)|--)\s?/;
const startsBlock = /^\s*(?:[-*+] |\d+[.)] |\||>|#{1,6} )/;

/** Without links' targets, HTML tags, emphasis and list marks. */
const readable = (text: string): string =>
  text
    .replace(/<[^<>]{0,200}>/g, '')
    .replace(/!?\[([^\]]{0,200})\]\([^()\s]{0,300}\)/g, '$1')
    .replace(/\*\*|__/g, '')
    .replace(/^\s*(?:[-*+]|\d+[.)]|>|#{1,6})\s+/, '')
    .replace(/(?:(?<!\s)\s+)?\|\s*/g, ' | ')
    .replace(/^[\s|]+|(?<![\s|])[\s|]+$/g, '')
    .replace(/\s+/g, ' ')
    .replace(/(?: ?,){2,}/g, ',');

type Line = { text: string; at: number };

/** Sentences of lines that belong together; each knows the lines that it stands on. */
function sentencesOf(lines: readonly Line[]): Statement[] {
  const statements: Statement[] = [];
  let open: { parts: string[]; from: number } | null = null;
  const close = (to: number): void => {
    if (open !== null) statements.push({ kind: 'sentence', text: readable(open.parts.join(' ')), from: open.from, to });
    open = null;
  };
  for (const { text, at } of lines) {
    for (const part of text.split(/(?<=[.!?])\s+(?=[A-Z`"'([*_])/)) {
      open = open === null ? { parts: [part], from: at } : { parts: [...open.parts, part], from: open.from };
      if (/[.!?:]["')*_]*\s*$/.test(part)) close(at);
    }
  }
  const last = lines.at(-1);
  if (last !== undefined) close(last.at);
  return statements;
}

/** Groups lines for which `joins` holds with the line before them. */
function grouped(lines: readonly Line[], joins: (line: Line, before: Line) => boolean): Line[][] {
  const groups: Line[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && joins(line, before)) group.push(line);
    else groups.push([line]);
  }
  return groups;
}

/** Which lines stand in a fenced block; a fence whose other half is not shown reaches to the end that it opens to. */
function fenced(lines: readonly Line[]): ReadonlySet<Line> {
  const fences = lines.filter(({ text }) => /^\s*```/.test(text));
  let inside = fences.length % 2 === 1 && /^\s*```\s*$/.test(fences[0]?.text ?? '');
  const within = lines.filter((line) => {
    if (fences.includes(line)) inside = !inside;
    return inside || fences.includes(line);
  });
  return new Set(within);
}

function proseStatements(lines: readonly Line[]): Statement[] {
  const code = fenced(lines);
  const whole = lines.filter(({ text }) => text.trim() !== '' && !/^\s*(?:```|\[[^\]]+\]: )/.test(text));
  const blocks = grouped(whole, (line, before) => {
    if (line.at !== before.at + 1 || /^\s*(?:#{1,6} |\|)/.test(before.text) || code.has(line)) return false;
    const quoted = /^\s*>/.test(line.text) && /^\s*>/.test(before.text);
    return quoted || !startsBlock.test(line.text);
  });
  return blocks.flatMap((block): Statement[] => {
    const first = block[0];
    if (first === undefined) return [];
    const { at, text } = first;
    if (code.has(first)) return [{ kind: 'code', text: text.trim(), from: at, to: at }];
    if (/^\s*#{1,6} /.test(text)) return [{ kind: 'heading', text: readable(text), from: at, to: at }];
    return sentencesOf(block.map((line) => ({ at: line.at, text: line.text.replace(/^\s*> ?/, '') })));
  });
}

function codeStatements(lines: readonly Line[]): Statement[] {
  const isComment = ({ text }: Line): boolean => commentLine.test(text);
  const blocks = grouped(lines, (line, before) => isComment(line) && isComment(before) && line.at === before.at + 1);
  return blocks.flatMap((block) => {
    const first = block[0];
    if (first === undefined) return [];
    if (!isComment(first)) return [{ kind: 'code', text: first.text.trim(), from: first.at, to: first.at } as const];
    const words = block.map(({ text, at }) => ({ text: text.replace(commentLine, '').replace(/\*\/\s*$/, ''), at }));
    const paragraphs = grouped(
      words.filter(({ text }) => text.trim() !== ''),
      (line, before) => line.at === before.at + 1 && !/^\s*@/.test(line.text) && !startsBlock.test(line.text),
    );
    return paragraphs.flatMap(sentencesOf);
  });
}

/** Every statement of the passage, in order. An entry of a JSON file is one statement. */
export function statementsOf(passage: Passage): Statement[] {
  const lines = passage.lines.map((text, at) => ({ text, at }));
  if (passage.path.endsWith('.json')) {
    const text = passage.lines.map((line) => line.trim()).join(' ');
    const filled = lines.filter((line) => line.text.trim() !== '');
    const [from, to] = [filled[0]?.at ?? 0, filled.at(-1)?.at ?? 0];
    return [{ kind: 'entry', text: text.trimEnd().replace(/,$/, ''), from, to }];
  }
  const statements = passage.prose ? proseStatements(lines) : codeStatements(lines);
  return statements.filter(({ text }) => text.length >= 8 && /[A-Za-z]{3}/.test(text));
}
