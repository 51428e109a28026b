/** Quotes a passage whole: a lead that says what stands there, its lines, and a citation of them. */
import type { Passage } from '../passages/passages.ts';
import type { QuestionTerms } from '../words/question-terms.ts';
import { indexStems } from '../words/words.ts';
import { leadOf, readable } from './lead.ts';
import { termMatch } from './support.ts';

/** A citation as it goes over the wire. */
export type WireCitation = { path: string; first_line: number; last_line: number; quote: string };

/** `text` is what the answer shows of it. */
export type Quotation = { citation: WireCitation; text: string };

const maxQuote = 200;
/** Characters shown of one place. */
const maxShown = 1_600;
/** The renderer cuts lines at 300 characters: the tail of such a line is never quoted. */
const cutLine = 298;

/** The line that says most about the question, at most 200 characters of it: what a checker looks for in the file. */
function exactPart(lines: readonly string[], question: QuestionTerms, weights: readonly number[]): string {
  const value = (line: string): number => {
    const index = indexStems(line);
    const covered = question.terms.reduce((sum, term, at) => sum + (weights[at] ?? 0) * termMatch(index, term), 0);
    return covered + Math.min(line.trim().length, 80) / 400;
  };
  const best = lines.toSorted((a, b) => value(b) - value(a))[0]?.trim() ?? '';
  if (best.length <= maxQuote) return best;
  const cut = best.slice(0, Math.min(cutLine, best.length)).slice(0, maxQuote);
  return cut.replace(/(?<!\s)\s+\S*$/, '').trim();
}

/** Code as it stands, less its common indentation. */
function block(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const shared = Math.min(...indents);
  const shown = lines.map((line) => line.slice(shared).trimEnd()).join('\n');
  const fence = shown.includes('```') ? '~~~~' : '```';
  return `${fence}\n${shown}\n${fence}`;
}

const startsBlock = /^\s*(?:[-*+] |\d+[.)] |\||:\w[^:]{0,60}:|\.\. )/;

/** Paragraphs as one line each, items and rows on lines of their own, code as it stands. */
function proseText(lines: readonly string[]): string {
  if (lines.some((line) => /^\s*(```|~~~)|^( {4}|\t)\S/.test(line))) return block(lines);
  const parts: string[] = [];
  let open = false;
  for (const line of lines) {
    const starts = !open || startsBlock.test(line);
    if (line.trim() === '') open = false;
    else if (/^\|[\s|:-]+$/.test(line.trim())) open = true;
    else {
      if (starts) parts.push(line.trim());
      else parts[parts.length - 1] += ` ${line.trim()}`;
      open = true;
    }
  }
  if (parts.length === 1) return `"${readable(parts[0] ?? '')}"`;
  return parts.map((part) => `> ${startsBlock.test(part) && !part.startsWith('|') ? part : readable(part)}`).join('\n');
}

function trimmed(passage: Passage): Passage {
  let [from, to] = [0, passage.lines.length];
  while (from < to && passage.lines[from]?.trim() === '') from += 1;
  while (to > from && passage.lines[to - 1]?.trim() === '') to -= 1;
  let room = maxShown;
  const fits = passage.lines.slice(from, to).findIndex((line) => {
    room -= line.length;
    return room < 0;
  });
  const end = fits > 0 ? from + fits : to;
  return { ...passage, firstLine: passage.firstLine + from, lines: passage.lines.slice(from, end) };
}

/** The passage as a citation; null when nothing in it can be quoted. */
export function quote(given: Passage, question: QuestionTerms, weights: readonly number[]): Quotation | null {
  const passage = trimmed(given);
  const { path, lines, firstLine, kind } = passage;
  const exact = exactPart(lines, question, weights);
  if (exact.replaceAll(/\s/g, '').length < 3) return null;
  const shown = kind === 'prose' ? proseText(lines) : block(lines);
  const inline = shown.startsWith('"') && shown.length < 400;
  return {
    citation: { path, first_line: firstLine, last_line: firstLine + lines.length - 1, quote: exact },
    text: `${leadOf(passage)}${inline ? ' ' : '\n'}${shown}`,
  };
}
