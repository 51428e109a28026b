/** Finds the headings of reStructuredText: a line of text with a line of marks below it. */
import type { Definition } from './definitions.ts';

const marks = /^([=\-~^"'`#*+.:_<>])\1{2,}\s*$/;

/** Depth follows the order in which a file first uses each mark, as docutils has it; `indent` is that depth. */
export function underlinedHeadings(lines: readonly string[]): Definition[] {
  const levels: string[] = [];
  const found: Definition[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const mark = marks.exec(lines[at] ?? '')?.[1];
    const title = lines[at - 1] ?? '';
    if (mark === undefined || !/^\S/.test(title) || marks.test(title)) continue;
    if ((lines[at] ?? '').trimEnd().length < Math.min(title.trimEnd().length, 120) - 2) continue;
    const overlined = marks.exec(lines[at - 2] ?? '')?.[1] === mark && (lines[at - 3] ?? '').trim() === '';
    const level = overlined ? `${mark}${mark}` : mark;
    if (!levels.includes(level)) levels.push(level);
    const line = overlined ? at - 1 : at;
    const name = title.trim().slice(0, 120);
    found.push({ name, kind: 'heading', line, last: lines.length, indent: levels.indexOf(level) });
  }
  const open: Definition[] = [];
  for (const heading of found) {
    while ((open.at(-1)?.indent ?? -1) >= heading.indent) {
      const ended = open.pop();
      if (ended !== undefined) ended.last = heading.line - 1;
    }
    open.push(heading);
  }
  return found;
}
