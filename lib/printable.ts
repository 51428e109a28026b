/** Makes text that others wrote fit for a terminal and for Markdown, and cuts it to a length. */
import { jsonBytes } from './json-bytes.ts';

/**
 * Text of a model or a repository without the characters that steer a terminal: control characters except tab and
 * line feed, and the marks that turn the direction of writing.
 */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, '\ufffd');
}

/** The same on one line. */
export function printableLine(text: string): string {
  // A space that stands alone stays as it is: most are, and each replacement costs.
  return printable(text)
    .replace(/[^\S ]\s*| \s+/g, ' ')
    .trim();
}

/**
 * The same for Markdown that others render, as the Temporal Web UI does with summaries and details: no link, no image and
 * no HTML comes of it. Renderers make links of bare addresses too, whatever is escaped, so those get a space.
 */
export function inertMarkdown(text: string): string {
  return printableLine(text)
    .replace(/\\(?=[\\<[\]])|[<[\]]/g, '\\$&')
    .replaceAll('://', ': //')
    .replace(/\bwww\./gi, 'www .')
    .replace(/@(?=[\p{L}\p{N}_-]+\.)/gu, ' @');
}

/** Characters that a summary in the Web UI may have; a server takes 400 bytes. */
const summaryCharacters = 180;
const summaryBytes = 390;

/** One line for the summary of a run or of a step: inert Markdown, cut to what a server takes. */
export function summaryText(text: string): string {
  const line = printableLine(text);
  let most = summaryCharacters;
  let summary = inertMarkdown(cut(line, most));
  while (jsonBytes(summary) > summaryBytes) {
    most -= 10;
    summary = inertMarkdown(cut(line, most));
  }
  return summary;
}

/** Cuts to `length` characters, with an ellipsis as the last of them. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1)).toWellFormed()}…`;
}
