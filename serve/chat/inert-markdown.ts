/**
 * Markdown of a model or a repository as a chat client may render it: outside of code nothing becomes HTML, a link
 * that hides its address, or an image, which a client would fetch from wherever it says. Code stays as it is where every renderer sees code; from the first place where
 * they may differ, everything is taken for prose.
 */
import { printable } from '../../lib/printable.ts';

type Fence = { mark: string; indent: number };

/** @returns the text without control characters */
export function inertAnswer(text: string): string {
  const inert: string[] = [];
  let prose: string[] = [];
  let fence: Fence | null = null;
  let isClear = true;
  const endProse = () => {
    inert.push(...inertProse(prose));
    prose = [];
  };
  for (const line of printable(text).trim().split('\n')) {
    const step: Step = isClear ? stepOf(line, fence) : 'prose';
    if (step === 'doubt') {
      isClear = false;
      fence = null;
    }
    if (step === 'prose' || step === 'doubt') prose.push(line);
    else {
      endProse();
      inert.push(line);
      fence = step === 'closes' ? null : (fence ?? step);
    }
  }
  endProse();
  return inert.join('\n');
}

type Step = 'prose' | 'closes' | 'doubt' | Fence;

/** What a line is, in the fence that is open or outside of any. */
function stepOf(line: string, fence: Fence | null): Step {
  const [, spaces = '', mark = '', rest = ''] = /^( *)(`{3,}|~{3,}|)(.*)$/s.exec(line) ?? [];
  const indent = spaces.length;
  if (fence === null) {
    // Behind the mark of a list or of a quotation it ends with that.
    if (mark === '') return /^[\s>*+\-\d.)]*(?:`{3}|~{3})/.test(line) ? 'doubt' : 'prose';
    return indent <= 3 && !rest.includes('`') ? { mark, indent } : 'doubt';
  }
  // A fence that is indented may belong to a list, and ends with that.
  if (line.trim() !== '' && indent < fence.indent) return 'doubt';
  const mayClose = mark[0] === fence.mark[0] && mark.length >= fence.mark.length && rest.trim() === '';
  if (!mayClose) return fence;
  return indent <= 3 ? 'closes' : 'doubt';
}

/** Spans of code are left alone where each line has whole ones: else they pair in other ways. */
function inertProse(lines: readonly string[]): string[] {
  const inert = lines.map(inertLine);
  return inert.every((line) => line !== null) ? inert : lines.map(withoutMarkup);
}

/** Null where a span does not end on the line, or a mark is escaped. */
function inertLine(line: string): string | null {
  if (line.includes('\\`')) return null;
  // Text and marks in turn.
  const parts = line.split(/(`+)/);
  let inert = '';
  for (let at = 0; at < parts.length; at += 2) {
    inert += withoutMarkup(parts[at] ?? '');
    const mark = parts[at + 1];
    if (mark === undefined) break;
    // A span ends at the next mark of the same length.
    const end = parts.indexOf(mark, at + 2);
    if (end === -1) return null;
    inert += parts.slice(at + 1, end + 1).join('');
    at = end - 1;
  }
  return inert;
}

/**
 * Prose alone: marks in code are escaped, too. An address that is written out may still become a link; no other words can
 * stand in its place.
 */
export function withoutMarkup(text: string): string {
  return text
    .replace(/!(?=\[)/g, '!\\')
    .replace(/<(?=[A-Za-z/!?])/g, '\\<')
    .replace(/\](?=[([:])/g, ']\\');
}

/** One line of another's text between backticks. */
export function codeSpan(text: string): string {
  return `\`${text.replaceAll('`', 'ˋ')}\``;
}

/** How much of a text that still grows can be told by `withoutMarkup`: what follows decides whether its last marks are escaped. */
export function settledLength(text: string): number {
  let end = text.length;
  while (end > 0 && '!<]'.includes(text.charAt(end - 1))) end -= 1;
  return end;
}
