/** Tells on which line of a JSON text a value stands, so that a mistake can be found in the file. */

export type JsonPath = readonly (string | number)[];

type Open = { kind: 'object' | 'array'; path: JsonPath; key: string | number; expectsKey: boolean };

const token = /"[^"\\]*(?:\\[\s\S]?[^"\\]*)*(?:"|$)|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Lines (1-based) of all values of a JSON text that parses, by `pathKey`. A value in an object stands where its key
 * stands; of two equal keys the last one counts, as in JSON.parse.
 */
export function linesOfJson(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const open: Open[] = [];
  let line = 1;
  let scanned = 0;
  for (const match of text.matchAll(token)) {
    line += text.slice(scanned, match.index).split('\n').length - 1;
    scanned = match.index;
    step(match[0], line, open, lines);
  }
  return lines;
}

/** A path as one string, the same for numbers and digits in strings. */
export function pathKey(path: JsonPath): string {
  return JSON.stringify(path.map(String));
}

/** The line of the value at `path`, or of the nearest thing around it that is there. */
export function lineOf(lines: ReadonlyMap<string, number>, path: JsonPath): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const line = lines.get(pathKey(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return null;
}

function step(text: string, line: number, open: Open[], lines: Map<string, number>): void {
  const around = open.at(-1);
  if (text === '}' || text === ']') open.pop();
  else if (text === ',') {
    if (around?.kind === 'object') around.expectsKey = true;
    else if (around !== undefined) around.key = Number(around.key) + 1;
  } else if (around?.expectsKey === true) {
    around.key = String(JSON.parse(text));
    around.expectsKey = false;
    lines.set(pathKey([...around.path, around.key]), line);
  } else if (text !== ':') {
    const path = around === undefined ? [] : [...around.path, around.key];
    if (around?.kind !== 'object') lines.set(pathKey(path), line);
    if (text === '{') open.push({ kind: 'object', path, key: '', expectsKey: true });
    if (text === '[') open.push({ kind: 'array', path, key: 0, expectsKey: false });
  }
}
