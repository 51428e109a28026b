/** Turns places into the one text form that every model reads, within fixed bounds. */
import type { Evidence } from '../../contracts/evidence.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';

/** What every tool call is bounded by: time, rows and characters. */

/** A place longer than this is cut. */
export const placeLines = 60;
/** A line longer than this is cut. */
export const lineCharacters = 300;
/** A whole result, notes included. */
export const resultCharacters = 12_000;
/** Places that a result points at as evidence. */
export const evidencePlaces = 8;

/** Milliseconds that a tool may work once its thread has begun; then it is killed. */
export function toolDeadlineMs(tool: string): number {
  return tool === 'grep' ? 2_000 : 10_000;
}

/** Raised when the same places would give other bytes. */
export const toolRenderer = 3;

/** Lines of one file; 1-based, both ends included. */
export type Place = {
  file: ViewFile;
  firstLine: number;
  lastLine: number;
  symbol?: { kind: string; name: string } | null;
  score?: number;
};

/** What a tool has to say beside the places; `cut` is true when there was more than it shows. */
export type Remarks = { notes: string[]; cut: boolean };

const noteCharacters = 1_000;
/** A place of which fewer lines fit is left out. */
const leastLines = 4;

/** Places in the order given, best first, as many as fit, then the notes. */
export function renderPlaces(view: SnapshotView, places: readonly Place[], remarks: Remarks): ToolRun {
  const blocks: string[] = [];
  const shown: Place[] = [];
  const notes = new Set(remarks.notes);
  let room = resultCharacters - noteCharacters;
  for (const place of places) {
    const block = renderPlace(view, place, room);
    if (block === null) break;
    blocks.push(block.text);
    shown.push({ ...place, lastLine: block.lastLine });
    room -= block.text.length + 1;
    for (const note of block.notes) notes.add(note);
  }
  const left = places.length - shown.length;
  if (left > 0) notes.add(`${left} more ${left === 1 ? 'place' : 'places'} did not fit, narrow with path:`);
  const cut = remarks.cut || notes.size > new Set(remarks.notes).size;
  const text = [...blocks, renderNotes([...notes])].filter((part) => part !== '').join('\n');
  return { status: 'ok', text, cut, evidence: shown.slice(0, evidencePlaces).map(toEvidence) };
}

/** Null when too little of it fits. */
function renderPlace(view: SnapshotView, place: Place, room: number) {
  const { file, firstLine } = place;
  const symbol = place.symbol ? ` (${place.symbol.kind} ${printable(place.symbol.name).slice(0, 120)})` : '';
  const wanted = view.linesOf(file).slice(firstLine - 1, Math.min(place.lastLine, firstLine + placeLines - 1));
  const rows: string[] = [];
  let left = room - file.path.length - symbol.length - 30;
  let longLine = false;
  for (const line of wanted) {
    const row = `${firstLine + rows.length}| ${cutLine(printable(line))}`;
    left -= row.length + 1;
    if (left < 0) break;
    longLine ||= line.length > lineCharacters;
    rows.push(row);
  }
  if (rows.length === 0 || (rows.length < wanted.length && rows.length < leastLines)) return null;
  const lastLine = firstLine + rows.length - 1;
  const notes = longLine ? [`lines are cut at ${lineCharacters} characters, marked by …`] : [];
  if (lastLine < Math.min(place.lastLine, file.lines)) {
    notes.push(`${file.path} goes on at line ${lastLine + 1}: use read_lines with first_line`);
  }
  return { text: [`@@ ${file.path}:${firstLine}-${lastLine}${symbol}`, ...rows].join('\n'), lastLine, notes };
}

/** Notes one a line, within their share of the result. */
export function renderNotes(notes: readonly string[]): string {
  const lines = notes.map((note) => `note: ${printable(note).slice(0, 300)}`);
  while (lines.join('\n').length > noteCharacters) lines.pop();
  return lines.join('\n');
}

/** Control characters become spaces, so that a line stays a line; a tab stays. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f\u2028\u2029]/g, ' ');
}

/** Never cuts a surrogate pair in half: the stored bytes would differ from the text. */
function cutLine(line: string): string {
  if (line.length <= lineCharacters) return line;
  const kept = line.slice(0, lineCharacters - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

function toEvidence({ file, firstLine, lastLine, symbol, score }: Place): Evidence {
  return {
    path: file.path,
    firstLine,
    lastLine,
    blob: file.blob,
    ...(symbol ? { symbol: symbol.name.slice(0, 200) } : {}),
    ...(score === undefined ? {} : { score: Number(score.toFixed(4)) }),
  };
}

/** The places of a draft, for a judge. What is not in the snapshot is named in a note. */
export function renderEvidence(view: SnapshotView, evidence: readonly Evidence[]): string {
  const notes: string[] = [];
  const places = evidence.flatMap((one): Place[] => {
    const file = view.byPath.get(one.path);
    if (file === undefined || file.blob !== one.blob || one.firstLine > file.lines) {
      notes.push(`${one.path.slice(0, 100)}:${one.firstLine} is not in this snapshot`);
      return [];
    }
    const symbol = one.symbol === undefined ? null : { kind: 'in', name: one.symbol };
    return [{ file, firstLine: one.firstLine, lastLine: Math.min(one.lastLine, file.lines), symbol }];
  });
  return renderPlaces(view, places, { notes, cut: false }).text;
}

// What running a tool gives, before the text is stored and referred to by its content id.

/** What a tool gives back. */
export type ToolRun = {
  status: 'ok' | 'error';
  /** The exact text that the model sees: at most 12,000 characters. */
  text: string;
  /** True when the text says that there is more than it shows. */
  cut: boolean;
  /** The best places shown, at most 8. */
  evidence: Evidence[];
  /** Which service had a part in it, or should have had. */
  remark?: Remark;
};

/** `degraded`: the result is not what it is when the service answers. */
export type Remark = { text: string; degraded: boolean };

/** One line that tells the model what to do differently. */
export function toolError(message: string): ToolRun {
  const line = message.replace(/\s+/g, ' ').trim().slice(0, 500);
  return { status: 'error', text: `error: ${line}`, cut: false, evidence: [] };
}

// Makes places of single lines.

/** A line of context on both sides; lines whose contexts touch become one place. */
export function placesAround(file: ViewFile, lines: readonly number[]): Place[] {
  const places: Place[] = [];
  for (const line of lines) {
    const last = places.at(-1);
    const [firstLine, lastLine] = [Math.max(1, line - 1), Math.min(file.lines, line + 1)];
    if (last && firstLine <= last.lastLine + 1) last.lastLine = lastLine;
    else places.push({ file, firstLine, lastLine });
  }
  return places;
}
