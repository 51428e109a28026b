/**
 * Shows what a model wrote: paragraphs, lists, code and headings of Markdown become markup, everything else stays text.
 * Links and images stay text too: where they lead nobody has checked.
 */
import { type Html, html } from '../../../lib/html.ts';

/** Lists within lists; what is deeper stays on the last level. */
const deepest = 5;

type Block = { html: Html; next: number };

export function answerHtml(text: string): Html {
  return html`<div class="answer">${blocksOf(text.replaceAll('\r\n', '\n').split('\n'), 0)}</div>`;
}

function blocksOf(lines: readonly string[], depth: number): Html[] {
  const blocks: Html[] = [];
  for (let at = 0; at < lines.length; ) {
    if ((lines[at] ?? '').trim() === '') {
      at += 1;
      continue;
    }
    const block = fence(lines, at) ?? heading(lines, at) ?? list(lines, at, depth) ?? paragraph(lines, at);
    blocks.push(block.html);
    at = block.next;
  }
  return blocks;
}

/** One that is never closed goes to the end. */
function fence(lines: readonly string[], at: number): Block | null {
  const [, indent = '', marks = ''] = /^( *)(`{3,}|~{3,})[^`]*$/.exec(lines[at] ?? '') ?? [];
  if (marks === '') return null;
  const inside: string[] = [];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line.trim().startsWith(marks) && line.trim().replaceAll(marks[0] ?? '', '') === '') break;
    inside.push(line.startsWith(indent) ? line.slice(indent.length) : line.trimStart());
  }
  return { html: html`<pre tabindex="0"><code>${inside.join('\n')}</code></pre>`, next: next + 1 };
}

function heading(lines: readonly string[], at: number): Block | null {
  const [, text] = /^ {0,3}#{1,6} +(\S.*)$/.exec(lines[at] ?? '') ?? [];
  return text === undefined ? null : { html: html`<p class="heading">${inline(text)}</p>`, next: at + 1 };
}

const marker = /^( *)(?:[-*+]|(\d{1,9})[.)]) +(?=\S)/;

/** Items of one kind; what is indented below an item belongs to it. */
function list(lines: readonly string[], at: number, depth: number): Block | null {
  const [, indent = '', number] = marker.exec(lines[at] ?? '') ?? [];
  if (!marker.test(lines[at] ?? '') || depth >= deepest) return null;
  const items: Html[] = [];
  let next = at;
  while (next < lines.length) {
    const found = marker.exec(lines[next] ?? '');
    if (found === null || found[1] !== indent || (found[2] === undefined) !== (number === undefined)) break;
    const content = [(lines[next] ?? '').slice(found[0].length)];
    for (next += 1; next < lines.length && isInside(lines, next, indent.length); next += 1)
      content.push(outdented(lines[next] ?? '', found[0].length));
    items.push(html`<li>${blocksOf(content, depth + 1)}</li>`);
  }
  if (number === undefined) return { html: html`<ul>${items}</ul>`, next };
  return { html: html`<ol start="${Number(number)}">${items}</ol>`, next };
}

/** An empty line is inside where something indented follows it. */
function isInside(lines: readonly string[], at: number, indent: number): boolean {
  const line = lines[at] ?? '';
  const shown = line.trim() === '' ? (lines[at + 1] ?? '') : line;
  return shown.trim() !== '' && indentOf(shown) > indent;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const outdented = (line: string, most: number): string => line.slice(Math.min(most, indentOf(line)));

function paragraph(lines: readonly string[], at: number): Block {
  let next = at + 1;
  while (next < lines.length && !begins(lines[next] ?? '')) next += 1;
  return { html: html`<p>${inline(lines.slice(at, next).join('\n'))}</p>`, next };
}

const begins = (line: string): boolean =>
  line.trim() === '' || /^ *(`{3,}|~{3,})[^`]*$/.test(line) || /^ {0,3}#{1,6} +\S/.test(line) || marker.test(line);

/** `code` and **bold**; a mark without its partner is text. */
function inline(text: string): Html[] {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part, at) => {
    if (at % 2 === 0) return html`${part}`;
    return part.startsWith('`') ? html`<code>${part.slice(1, -1)}</code>` : html`<strong>${part.slice(2, -2)}</strong>`;
  });
}
