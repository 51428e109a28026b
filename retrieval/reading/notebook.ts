/**
 * Writes a Jupyter notebook as text: each cell below a line that names it, then what it printed. Line numbers of a
 * notebook count in this text, which is the same for the same bytes, so that quotes are words and not JSON.
 */
import { z } from 'zod';

const Lines = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (Array.isArray(text) ? text.join('') : text));
const Output = z.looseObject({
  text: Lines.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
});
const Cell = z.looseObject({
  cell_type: z.string(),
  source: Lines.optional(),
  /** Format 3. */
  input: Lines.optional(),
  outputs: z.array(Output).optional(),
});
const Notebook = z.looseObject({
  cells: z.array(Cell).optional(),
  /** Format 3. */
  worksheets: z.array(z.looseObject({ cells: z.array(Cell) })).optional(),
});

const outputLines = 30;
const outputCharacters = 400;
const maxCharacters = 900_000;

export function isNotebook(path: string): boolean {
  return /\.ipynb$/i.test(path);
}

/** Null for what is no notebook, whatever its name. */
export function notebookText(json: string): string | null {
  const cells = cellsOf(json);
  if (cells === null) return null;
  const lines: string[] = [];
  let characters = 0;
  for (const [at, cell] of cells.entries()) {
    const written = cellLines(cell, at + 1);
    characters += written.reduce((sum, line) => sum + line.length + 1, 0);
    if (characters > maxCharacters) {
      lines.push(`%% ${cells.length - at} more cells are left out`);
      break;
    }
    for (const line of written) lines.push(line);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function cellsOf(json: string): z.infer<typeof Cell>[] | null {
  try {
    const read = Notebook.safeParse(JSON.parse(json));
    if (!read.success) return null;
    return read.data.cells ?? read.data.worksheets?.flatMap(({ cells }) => cells) ?? null;
  } catch {
    return null;
  }
}

function cellLines(cell: z.infer<typeof Cell>, number: number): string[] {
  const kind = /^[a-z]{1,20}$/.test(cell.cell_type) ? cell.cell_type : 'other';
  const source = linesIn(cell.source ?? cell.input ?? '').map(unlikeMark);
  const shown = (cell.outputs ?? []).flatMap(printed);
  const output = shown.slice(0, outputLines).map((line) => unlikeMark(line.slice(0, outputCharacters)));
  if (shown.length > outputLines) output.push(`(${shown.length - outputLines} more lines of output)`);
  const below = output.length === 0 ? [] : [`%% output of cell ${number}`, ...output];
  return [`%% cell ${number}: ${kind}`, ...source, ...below];
}

/** The cell that a line (1-based) of the text belongs to; null above the first. */
export function cellAt(lines: readonly string[], line: number): number | null {
  for (let at = Math.min(line, lines.length) - 1; at >= 0; at -= 1) {
    const number = /^%% (?:output of )?cell (\d+)/.exec(lines[at] ?? '')?.[1];
    if (number !== undefined) return Number(number);
  }
  return null;
}

/** Text only: pictures and the HTML of tables are left out. */
function printed({ text, data, ename, evalue }: z.infer<typeof Output>): string[] {
  if (ename !== undefined) return linesIn(`${ename}: ${evalue ?? ''}`);
  const plain = text ?? Lines.safeParse(data?.['text/plain']).data ?? '';
  return linesIn(plain);
}

function linesIn(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of terminals
  const lines = text.replace(/\u001b\[[0-9;]{0,20}[A-Za-z]/g, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A line of a cell that looks like one of ours is set off. */
function unlikeMark(line: string): string {
  return line.startsWith('%% ') ? ` ${line}` : line;
}
