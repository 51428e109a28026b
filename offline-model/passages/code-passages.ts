/** Finds definitions in lines of code by how they are written and indented, whatever the language. */
import { isBlank, longestPassage, type Range } from './passage-range.ts';

const modifiers =
  '(?:(?:export|default|public|private|protected|internal|static|final|abstract|override|async|declare|pub(?:\\([a-z]+\\))?|unsafe|const|virtual|inline|extern|sealed|readonly|get|set|synchronized) +)*';
/** Forms of a definition, each with the name that it gives. */
const forms = [
  new RegExp(
    `^\\s*${modifiers}(?:function\\*?|def|func|fn|class|interface|struct|enum|trait|module|namespace|type|object|record|macro) +(?:\\([^()]{0,80}\\) *)?([\\p{L}_$][\\p{L}\\p{N}_$.]*)`,
    'u',
  ),
  /^\s*(?:export )?(?:const|let|var) ([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::[^=]{1,120})?= *(?:async *)?(?:function\b|\([^()]{0,200}\) *(?::[^=]{1,80})?=>|[\w$]+ *=>|class\b)/u,
  /^\s*(?:module\.)?(?:exports|[A-Z][\w$]*\.prototype|[A-Za-z_$][\w$]*)\.([\w$]+) *= *(?:async *)?(?:function\b|\([^()]{0,200}\) *=>)/,
  /^\s*(?:async |static |get |set |[*#])*([\p{L}_$#][\p{L}\p{N}_$]*) ?(?:<[^<>]{0,80}>)?\([^()]{0,200}(?:\([^()]{0,80}\)[^()]{0,80})?\) ?(?::[^{]{1,80})?\{$/u,
  new RegExp(
    `^\\s*${modifiers}(?!return|throw|new|else|await|yield|if|for|while|switch)[A-Za-z_][\\w<>\\[\\],.?:*& ]{0,80}[ *&]([A-Za-z_~][\\w:]{0,80})\\([^;]{0,300}\\{?$`,
  ),
  /^#define +([A-Za-z_]\w*)/,
  /^([A-Z][A-Z0-9_]{2,}) *[:=]/,
];
const notNames = new Set(
  'if for while switch catch return function else do try with elif except match when'.split(' '),
);

const nameIn = (line: string): string | null => {
  if (line.length > 400) return null;
  for (const form of forms) {
    const name = form.exec(line)?.[1];
    if (name !== undefined && !notNames.has(name)) return name;
  }
  return null;
};

const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].replaceAll('\t', '    ').length ?? 0;
const comment = /^\s*(?:\/\/|\/?\*|#(?!define|include|if|end|else)|--|@|"""|\[[A-Z]\w*)/;
const closer = /^\s*[)}\]{]/;

type Definition = { name: string; line: number; start: number; end: number; indent: number };

/** Where the lines of a definition end (excluded): all that is indented deeper, and the brackets that close it. */
function endOf(lines: readonly string[], line: number, indent: number): number {
  let end = line + 1;
  for (let at = line + 1; at < lines.length; at += 1) {
    const text = lines[at] ?? '';
    if (isBlank(text)) continue;
    if (indentOf(text) < indent || (indentOf(text) === indent && !closer.test(text))) break;
    end = at + 1;
  }
  return end;
}

const longestComment = 5;

/** The comment and the decorators right above, unless they are too long to be quoted along. */
function startOf(lines: readonly string[], line: number): number {
  let start = line;
  while (start > 0 && comment.test(lines[start - 1] ?? '') && !isBlank(lines[start - 1])) start -= 1;
  return line - start > longestComment ? line : start;
}

function definitionsIn(lines: readonly string[]): Definition[] {
  return lines.flatMap((text, line): Definition[] => {
    const name = nameIn(text);
    if (name === null || comment.test(text)) return [];
    const indent = indentOf(text);
    return [{ name, line, start: startOf(lines, line), end: endOf(lines, line, indent), indent }];
  });
}

const stride = 4;

/** Windows over lines, each beginning where something begins: after a blank line or at a shallower one where possible. */
function windows(lines: readonly string[], from: number, to: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let at = from; at < to; ) {
    while (at < to && isBlank(lines[at])) at += 1;
    const end = Math.min(to, at + longestPassage);
    if (end > at) found.push({ from: at, to: end });
    if (end === to) break;
    const next = [...lines.keys()]
      .slice(at + 1, at + longestPassage)
      .find(
        (one) =>
          one >= at + stride &&
          (isBlank(lines[one - 1]) || indentOf(lines[one] ?? '') < indentOf(lines[one - 1] ?? '')),
      );
    at = next ?? at + stride;
  }
  return found.map((one) => ({ from: one.from, to: lastFilled(lines, one.from, one.to) }));
}

function lastFilled(lines: readonly string[], from: number, to: number): number {
  let end = to;
  while (end > from + 1 && isBlank(lines[end - 1])) end -= 1;
  return end;
}

function rangesOfDefinition(lines: readonly string[], one: Definition, nested: readonly Definition[]): Range[] {
  const named = { name: one.name, heading: '' };
  const inner = nested.find((other) => other.line > one.line && other.line < one.end);
  const whole = one.end - one.start <= longestPassage;
  const end = whole ? one.end : Math.min(one.start + longestPassage, inner?.start ?? one.end);
  const head: Range = {
    from: one.start,
    to: Math.max(one.line + 1, lastFilled(lines, one.start, end)),
    kind: 'definition',
    whole: true,
    ...named,
  };
  if (whole || inner !== undefined) return [head];
  const body = windows(lines, one.line + 1, one.end).map(
    ({ from, to }): Range => ({ from, to, kind: 'code', whole: false, ...named }),
  );
  return [head, ...body];
}

const notice = /\b(?:licen[cs]ed under|copyright|SPDX-License|permission is hereby granted|all rights reserved)\b/i;

/** How many lines a notice at the top takes: a licence's words are of no file in particular. */
function noticeLines(lines: readonly string[]): number {
  let end = 0;
  while (end < lines.length && (isBlank(lines[end]) || comment.test(lines[end] ?? ''))) end += 1;
  const block = lines.slice(0, end);
  const blank = block.findIndex((line, at) => at > 3 && isBlank(line));
  const top = blank < 0 ? block : block.slice(0, blank);
  return top.some((line) => notice.test(line)) ? top.length : 0;
}

/** @param symbol what the lines belong to where they show no definition themselves */
export function codeRanges(lines: readonly string[], symbol: string | null): Range[] {
  const definitions = definitionsIn(lines);
  const inside = new Set(
    definitions.flatMap((one) => Array.from({ length: one.end - one.start }, (_, at) => one.start + at)),
  );
  const ranges = definitions.flatMap((one) => rangesOfDefinition(lines, one, definitions));
  for (let at = noticeLines(lines); at < lines.length; ) {
    if (inside.has(at) || isBlank(lines[at])) at += 1;
    else {
      let end = at;
      while (end < lines.length && !inside.has(end)) end += 1;
      for (const range of windows(lines, at, end))
        ranges.push({
          ...range,
          kind: 'code',
          whole: false,
          name: definitions.length === 0 ? symbol : null,
          heading: '',
        });
      at = end;
    }
  }
  return ranges;
}
