/** Says in a few words what stands at a place: its own description where it has one, else what its code does. */
import type { Passage } from '../passages/passages.ts';

const mark = /^\s*(?:\/\/+|\/\*+|\*+(?!\/)|#(?![!#]|\w)|--|"""|'''|r?""")\s?/;

/** Without links' targets, HTML tags, emphasis and list marks. */
export const readable = (text: string): string =>
  text
    .replace(/<[^<>]{0,200}>/g, '')
    .replace(/!?\[([^\]]{0,200})\]\([^()\s]{0,300}\)/g, '$1')
    .replace(/:\w{1,20}:`~?([^`<]{1,100})(?: <[^`]{0,100})?`/g, '`$1`')
    .replace(/\*\*|__(?=\w)|(?<=\w)__/g, '')
    .replace(/^\s*(?:[-*+]|\d+[.)]|>|#{1,6})\s+/, '')
    .replace(/(?:(?<!\s)\s+)?\|\s*/g, ' | ')
    .replace(/^[\s|]+|(?<![\s|])[\s|]+$/g, '')
    .replace(/\s+/g, ' ');

/** The first sentence of the comment above or of the docstring below the line that defines something; null without one. */
function ownWords({ lines }: Passage): string | null {
  const words: string[] = [];
  for (const line of lines.slice(0, 8)) {
    const text = mark.test(line)
      ? line
          .replace(mark, '')
          .replace(/\*\/|"""|'''/g, '')
          .trim()
      : null;
    if (text === null && words.length > 0) break;
    if (text === null || text === '' || text.startsWith('@')) {
      if (words.length > 0) break;
      continue;
    }
    words.push(text);
    if (/[.!?]\s*$/.test(text)) break;
  }
  const sentence =
    readable(words.join(' '))
      .split(/(?<=[.!?])\s/)[0]
      ?.trim() ?? '';
  return sentence.length >= 12 && sentence.length <= 240 && /[a-z]{3} /i.test(sentence) ? sentence : null;
}

const keywords = new Set(
  'if for while switch catch return function typeof await super constructor print require import new def class elif assert not and or in isinstance len str int'.split(
    ' ',
  ),
);

function called({ lines, name }: Passage): string[] {
  const body = lines
    .slice(1)
    .filter((line) => !mark.test(line))
    .join('\n');
  const calls = [...body.matchAll(/(?<![\w$.])((?:[\p{L}_$][\w$]{0,60}\.){0,2}[\p{L}_$][\w$]{1,60})\(/gu)].map(
    (match) => match[1] ?? '',
  );
  return [...new Set(calls)].filter((one) => !keywords.has(one) && one !== name).slice(0, 3);
}

const listed = (names: readonly string[]): string => {
  const ticked = names.map((name) => `\`${name}\``);
  return ticked.length < 2 ? ticked.join('') : `${ticked.slice(0, -1).join(', ')} and ${ticked.at(-1)}`;
};

function does(passage: Passage): string | null {
  const text = passage.lines.join('\n');
  const thrown = /\b(?:throw(?: new)?|raise) +([\p{L}_$][\w$.]{2,80})/u.exec(text)?.[1];
  const calls = called(passage);
  const parts = [
    ...(calls.length > 0 ? [`calls ${listed(calls)}`] : []),
    ...(thrown === undefined || calls.includes(thrown) ? [] : [`raises \`${thrown}\``]),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

const linesOf = (first: number, last: number): string =>
  first === last ? `line ${first}` : `lines ${first} to ${last}`;

/** Where a quotation stands, in the words that every answer uses; `placeIn` reads them back. */
export const placeOf = (path: string, first: number, last: number): string => `\`${path}\` ${linesOf(first, last)}`;

/** @returns a sentence that ends in a colon, for the quoted lines to follow */
export function leadOf(passage: Passage): string {
  const { kind, name, heading, whole, path, firstLine, lines } = passage;
  const place = placeOf(path, firstLine, firstLine + lines.length - 1);
  if (kind === 'prose') return heading === '' ? `${place}:` : `${place}, under "${heading.slice(-120)}":`;
  if (name === null) return `${place}:`;
  if (kind === 'entry') return `\`${name}\` in ${place}:`;
  if (!whole) {
    const part = does(passage);
    return `A part of \`${name}\`, ${place}${part === null ? '' : `, ${part}`}:`;
  }
  const words = ownWords(passage);
  if (words === null) {
    const what = does(passage);
    return `\`${name}\` in ${place}${what === null ? '' : ` ${what}`}:`;
  }
  const sentence = words.replace(/[.:]$/, '');
  return /^[A-Z][a-z]+s /.test(sentence)
    ? `\`${name}\` in ${place} ${sentence[0]?.toLowerCase()}${sentence.slice(1)}:`
    : `\`${name}\` in ${place}: ${sentence}:`;
}
