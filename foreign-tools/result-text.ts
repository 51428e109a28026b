/** Makes bounded text of what a foreign tool gave. */
import { resultBounds } from './bounds.ts';

/** A part of a result as the protocol has it; anything else is named as of an unknown type. */
type Part = {
  type?: unknown;
  text?: unknown;
  mimeType?: unknown;
  data?: unknown;
  uri?: unknown;
  name?: unknown;
  resource?: { uri?: unknown; text?: unknown; mimeType?: unknown };
};

export type ForeignText = { text: string; cut: boolean };

/**
 * The text of a result, at most `resultBounds.characters` long. Images, sounds and links are named and not followed; a result
 * without text parts shows its structured content as JSON.
 */
export function textOfResult(content: readonly unknown[], structured: unknown): ForeignText {
  const parts = content.slice(0, resultBounds.parts).map((part) => textOfPart((part ?? {}) as Part));
  const hasText = content.some((part) => (part as Part | null)?.type === 'text');
  if (!hasText && structured !== undefined) parts.push(jsonOf(structured));
  if (content.length > resultBounds.parts)
    parts.push(`[${content.length - resultBounds.parts} more parts are left out]`);
  return bounded(parts.filter((part) => part !== '').join('\n'));
}

function textOfPart(part: Part): string {
  switch (part.type) {
    case 'text':
      return typeof part.text === 'string' ? part.text.slice(0, 2 * resultBounds.characters) : '';
    case 'image':
    case 'audio':
      return `[${part.type} of the type ${word(part.mimeType)} is not shown]`;
    case 'resource_link':
      return `[link to ${word(part.uri)} is not followed]`;
    case 'resource':
      return typeof part.resource?.text === 'string'
        ? `[resource ${word(part.resource.uri)}]\n${part.resource.text.slice(0, 2 * resultBounds.characters)}`
        : `[resource ${word(part.resource?.uri)} is not shown]`;
    default:
      return '[a part of an unknown type is not shown]';
  }
}

const word = (value: unknown): string => (typeof value === 'string' ? value.replace(/\s+/g, ' ').slice(0, 200) : '?');

function jsonOf(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 2 * resultBounds.characters) ?? '';
}

function bounded(text: string): ForeignText {
  const clean = withoutControls(text.toWellFormed());
  if (clean.length <= resultBounds.characters) return { text: clean, cut: false };
  return { text: clean.slice(0, resultBounds.characters).toWellFormed(), cut: true };
}

/** Control characters but tabs and line ends become spaces; each kind of line end becomes one. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' ');
}

/** What is left for our own words within the bounds of every tool result. */
const quotedCharacters = 11_500;

/**
 * Each line behind `> `, so that none begins as a row of a file, a place, a note, a tag or a line of ours does: the rows that a
 * foreign server makes up never pass for rows of the repository.
 */
export function quoted({ text, cut }: ForeignText): ForeignText {
  const lines = text.replaceAll('\n', '\n> ');
  const isLong = lines.length > quotedCharacters;
  // A cut may leave the beginning of a line's mark, which would be a line without one.
  const kept = lines.slice(0, quotedCharacters).replace(/\n>? ?$/, '');
  return { text: `> ${kept.toWellFormed()}`, cut: cut || isLong };
}
