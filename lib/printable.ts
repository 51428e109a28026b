/** Makes text that others wrote fit for a terminal, and cuts it to a length. */

/**
 * Text of a model or a repository without the characters that steer a terminal: control characters except tab and
 * line feed, and the marks that turn the direction of writing.
 */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, '\ufffd');
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}

/** Cuts to `length` characters, with an ellipsis as the last of them. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}
