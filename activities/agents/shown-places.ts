/**
 * Says each line of a file once in a conversation: rows of a tool result that an earlier result has shown become a mark that
 * names them.
 *
 * 1. What comes of a message depends on the messages before it alone, so a later turn says what was said byte for byte.
 * 2. A row is taken out only where the same row of the same file stands above, so nothing is lost to the reader.
 * 3. A mark has no number and no bar in front: it is no row, and no quotation of it holds.
 */
import type { ChatMessage } from '../../contracts/chat.ts';

/** As `retrieval/tools/rendering.ts` writes a place: its head, then its rows. */
const head = /^@@ (.{1,1024}):\d{1,8}-\d{1,8}(?<label> \(.{0,200}\))?$/;
const row = /^(\d{1,8})\| ?/;

/** @param repeats whether rows of the message at this index may be taken out; the rows of every other are shown ones */
export function withoutRepeats(messages: readonly ChatMessage[], repeats: (at: number) => boolean): ChatMessage[] {
  const shown = new Set<string>();
  return messages.map((message, at) => {
    if (message.role !== 'tool') return message;
    const content = repeats(at) ? withMarks(message.content, shown) : message.content;
    noteRows(message.content, shown);
    return content === message.content ? message : { ...message, content };
  });
}

type Place = { head: string; path: string; label: string; lines: string[] };

/** What stands before the first place has no path. */
function placesOf(text: string): Place[] {
  const places: Place[] = [{ head: '', path: '', label: '', lines: [] }];
  for (const line of text.split('\n')) {
    const [whole, path = '', label = ''] = head.exec(line) ?? [];
    if (whole === undefined) places.at(-1)?.lines.push(line);
    else places.push({ head: whole, path, label, lines: [] });
  }
  return places;
}

const keyOf = (path: string, line: string): string => `${path}\n${line}`;

function noteRows(text: string, shown: Set<string>): void {
  for (const { path, lines } of placesOf(text))
    if (path !== '') for (const line of lines) if (row.test(line)) shown.add(keyOf(path, line));
}

function withMarks(text: string, before: ReadonlySet<string>): string {
  const shown = new Set(before);
  return placesOf(text)
    .flatMap((place) => {
      if (place.path === '') return place.lines;
      const lines = placeWithMarks(place, shown);
      for (const line of place.lines) if (row.test(line)) shown.add(keyOf(place.path, line));
      return lines;
    })
    .join('\n');
}

function placeWithMarks({ head: first, path, label, lines }: Place, shown: ReadonlySet<string>): string[] {
  const parts = partsOf(path, lines, shown);
  const left = parts.flatMap((part) => (part.repeated ? [markOf(path, label, part.lines)] : part.lines));
  return parts.some((part) => !part.repeated && part.lines.some((line) => row.test(line))) ? [first, ...left] : left;
}

type Part = { repeated: boolean; lines: string[] };

/** Rows that follow each other; a few that are shorter than their mark are said again. */
function partsOf(path: string, lines: readonly string[], shown: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  for (const line of lines) {
    const repeated = row.test(line) && shown.has(keyOf(path, line));
    const last = parts.at(-1);
    if (last?.repeated === repeated && (!repeated || numberOf(line) === numberOf(last.lines.at(-1)) + 1))
      last.lines.push(line);
    else parts.push({ repeated, lines: [line] });
  }
  return parts.map((part) => {
    const repeated = part.repeated && part.lines.join('\n').length > markOf(path, '', part.lines).length;
    return { ...part, repeated };
  });
}

const numberOf = (line: string | undefined): number => Number(row.exec(line ?? '')?.[1] ?? 0);

function markOf(path: string, label: string, lines: readonly string[]): string {
  return `== ${path}:${numberOf(lines[0])}-${numberOf(lines.at(-1))}${label} shown above`;
}
