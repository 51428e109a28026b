/** Reads back the places that tools have shown: which lines of which files the conversation holds. */

export type Place = { path: string; firstLine: number; lines: readonly string[]; label: string };

export type ToolText = {
  places: readonly Place[];
  nothing: boolean;
  failed: boolean;
  more: boolean;
  /** Words that the tool says stand in no file, in lower case. */
  missing: readonly string[];
  /** Words that the tool took for slips, in lower case, with what it searched for instead. */
  mended: ReadonlyMap<string, string>;
};

const header = /^@@ (.{1,1024}):(\d{1,8})-(\d{1,8})(?: \((.{0,200})\))?$/;
const numbered = /^\s*(\d+)\| ?(.*)$/;

/** Reads one tool result in the common rendering; anything else gives no places. */
export function readToolText(text: string): ToolText {
  const places: { path: string; firstLine: number; lines: string[]; label: string }[] = [];
  let current: (typeof places)[number] | null = null;
  for (const line of text.split('\n')) {
    const head = header.exec(line);
    if (head !== null) {
      current = { path: head[1] ?? '', firstLine: Number(head[2]), lines: [], label: head[4] ?? '' };
      places.push(current);
      continue;
    }
    const body = numbered.exec(line);
    if (body === null || current === null) continue;
    const gap = Number(body[1]) - (current.firstLine + current.lines.length);
    if (gap !== 0 && current.lines.length > 0) {
      current = { path: current.path, firstLine: Number(body[1]), lines: [], label: current.label };
      places.push(current);
    } else if (gap !== 0) current.firstLine = Number(body[1]);
    current.lines.push(body[2] ?? '');
  }
  return {
    places: places.filter((place) => place.lines.length > 0),
    nothing: /^note: nothing found/m.test(text),
    failed: text.startsWith('error:'),
    more: /^note: .*(more|cut|narrow)/m.test(text),
    missing: [...text.matchAll(/^note: no file has: (.{1,1000})$/gm)].flatMap(([, words = '']) =>
      words.toLowerCase().split(', '),
    ),
    mended: new Map(
      [...text.matchAll(/^note: no file has (\S{1,80}): searched for (\S{1,80}) instead$/gm)].map(
        ([, written = '', meant = '']) => [written.toLowerCase(), meant],
      ),
    ),
  };
}

/** Joins places that touch or overlap, so that each line of a file is considered once. */
export function joinPlaces(places: readonly Place[]): Place[] {
  const files = new Map<string, Place[]>();
  for (const place of places) files.set(place.path, [...(files.get(place.path) ?? []), place]);
  return [...files].flatMap(([path, ofFile]) => {
    const joined: { path: string; firstLine: number; lines: string[]; label: string }[] = [];
    for (const place of ofFile.toSorted((a, b) => a.firstLine - b.firstLine)) {
      const last = joined.at(-1);
      const next = last === undefined ? 0 : last.firstLine + last.lines.length;
      if (last === undefined || place.firstLine > next) {
        joined.push({ path, firstLine: place.firstLine, lines: [...place.lines], label: place.label });
      } else last.lines.push(...place.lines.slice(next - place.firstLine));
    }
    return joined;
  });
}
