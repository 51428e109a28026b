/** Finds what a file defines and how far each definition reaches, by patterns and indentation. */
import { definitionRules } from './definition-patterns.ts';

/** Lines are 1-based; `indent` counts leading white space. */
export type Definition = { name: string; kind: string; line: number; last: number; indent: number };

/** Longer lines hold no definition that a person would look for, and would cost the patterns dearly. */
const maxLineLength = 400;
/** How far the end of a definition is searched. */
const maxReach = 500;
const maxDefinitions = 5000;

const kinds: Record<string, string> = {
  def: 'function',
  fn: 'function',
  fun: 'function',
  func: 'function',
  var: 'variable',
};
const notNames = new Set(
  'if for while switch catch function return else do with await new typeof throw case'.split(' '),
);

/** In the order of their lines, at most one a line and 5,000 a file. */
export function findDefinitions(path: string, lines: readonly string[]): Definition[] {
  if (/\.(rst|rest)$/i.test(path)) return underlinedHeadings(lines).slice(0, maxDefinitions);
  const rules = definitionRules(path);
  const found: Definition[] = [];
  let fenced = false;
  for (let at = 0; at < lines.length && rules.length > 0 && found.length < maxDefinitions; at += 1) {
    const line = lines[at] ?? '';
    // What looks like a heading inside a code block of a document is a comment of that code.
    if (line.startsWith('```')) fenced = !fenced;
    if (line.length < 4 || line.length > maxLineLength) continue;
    for (const { kind, pattern } of rules) {
      if (fenced && kind === 'heading') break;
      const groups = pattern.exec(line)?.groups;
      if (groups?.name === undefined || notNames.has(groups.name)) continue;
      found.push(toDefinition(groups.name, groups.kind ?? kind ?? wordBefore(line, groups.name), line, at, lines));
      break;
    }
  }
  return found;
}

function toDefinition(name: string, kind: string, line: string, at: number, lines: readonly string[]): Definition {
  const heading = kind === 'heading';
  const indent = heading ? (/^[#=]+/.exec(line)?.[0].length ?? 1) - 1 : indentOf(line);
  const last = heading ? endOfSection(lines, at, indent) : endOfBlock(lines, at, indent);
  const short = name
    .trimEnd()
    .replace(/(?<![#=])[#=]+$/, '')
    .trimEnd()
    .slice(0, 120);
  return { name: short, kind: kinds[kind] ?? kind.replace(/(?<!\W)\W+$/, ''), line: at + 1, last, indent };
}

/** Of `export class Name` it is `class`. */
function wordBefore(line: string, name: string): string {
  return /(?<!\w)(\w+)\s*$/.exec(line.slice(0, line.indexOf(name, line.search(/\S/) + 1)))?.[1] ?? 'symbol';
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The block goes on while lines are indented deeper; a closing bracket at the same depth belongs to it. */
function endOfBlock(lines: readonly string[], start: number, indent: number): number {
  let last = start;
  for (let at = start + 1; at < Math.min(lines.length, start + maxReach); at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    if (indentOf(line) <= indent) {
      const closes = /^\s*(?:[)}\]]|end\b|\{|\)\s*[:{])/.test(line) && indentOf(line) === indent;
      if (!closes) break;
      last = at;
      if (!/[({[:]\s*$/.test(line)) break;
    }
    last = at;
  }
  return last + 1;
}

function endOfSection(lines: readonly string[], start: number, depth: number): number {
  for (let at = start + 1; at < Math.min(lines.length, start + maxReach); at += 1) {
    const marks = /^(#{1,6}|={1,6})\s/.exec(lines[at] ?? '')?.[1];
    if (marks !== undefined && marks.length - 1 <= depth) return at;
  }
  return Math.min(lines.length, start + maxReach);
}

// Finds the headings of reStructuredText: a line of text with a line of marks below it.

const marks = /^([=\-~^"'`#*+.:_<>])\1{2,}\s*$/;

/** Depth follows the order in which a file first uses each mark, as docutils has it; `indent` is that depth. */
export function underlinedHeadings(lines: readonly string[]): Definition[] {
  const levels: string[] = [];
  const found: Definition[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const mark = marks.exec(lines[at] ?? '')?.[1];
    const title = lines[at - 1] ?? '';
    if (mark === undefined || !/^\S/.test(title) || marks.test(title)) continue;
    if ((lines[at] ?? '').trimEnd().length < Math.min(title.trimEnd().length, 120) - 2) continue;
    const overlined = marks.exec(lines[at - 2] ?? '')?.[1] === mark && (lines[at - 3] ?? '').trim() === '';
    const level = overlined ? `${mark}${mark}` : mark;
    if (!levels.includes(level)) levels.push(level);
    const line = overlined ? at - 1 : at;
    const name = title.trim().slice(0, 120);
    found.push({ name, kind: 'heading', line, last: lines.length, indent: levels.indexOf(level) });
  }
  const open: Definition[] = [];
  for (const heading of found) {
    while ((open.at(-1)?.indent ?? -1) >= heading.indent) {
      const ended = open.pop();
      if (ended !== undefined) ended.last = heading.line - 1;
    }
    open.push(heading);
  }
  return found;
}
