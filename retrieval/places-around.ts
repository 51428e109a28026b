/** Makes places of single lines. */
import type { Place } from './rendering.ts';
import type { ViewFile } from './snapshot-view.ts';

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
