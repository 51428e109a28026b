/** Writes results to stdout and everything else to stderr, and makes text that others wrote safe for a terminal. */
import { createColors } from 'picocolors';
import { type DataArguments, snakeKeys } from '../../lib/snake-keys.ts';
import { existsSync } from 'node:fs';
import { access, chmod, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { usualMode } from '../../lib/fs.ts';
import { CommandFailure, systemErrorCode, UsageError } from '../../lib/errors.ts';
import { padToWidth, widthOf } from '../../lib/terminal-width.ts';

type Colors = ReturnType<typeof createColors>;

/** Ends the process quietly when the reader of a pipe has gone, as `| head` does. */
export function endWhenReaderLeaves(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
}

/** Writes a result. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Tells the person something that is not part of the result. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A result for programs, one JSON text a line, its fields in snake_case. */
export function printJson<Value>(value: Value, ...data: DataArguments<Value>): void {
  print(safeJson(snakeKeys(value, ...data)));
}

/** What is a file format of its own, indented: a pipeline, a JSON Schema. */
export function printFile(value: unknown): void {
  print(safeJson(value, 2));
}

/** Control characters that JSON leaves alone are escaped too, so that a terminal is safe. */
function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[^\P{Cc}\n]|\p{Bidi_Control}|[\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Colours only where a person looks on and has not said NO_COLOR. */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  return createColors(stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb');
}

/** Columns to fill: the terminal's, at most 120; 80 where there is none. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? Math.min(120, Math.max(40, stream.columns || 80)) : 80;
}

/** How to write for that stream. */
export const styleOf = (stream: NodeJS.WriteStream) => ({ columns: columnsOf(stream), colors: colorsFor(stream) });

/** Lines of a name and what belongs to it, in columns that two spaces part, however long the longest name is. */
export function inColumns(rows: readonly (readonly [string, string])[], leastWidth = 0): string[] {
  const width = Math.max(leastWidth, ...rows.map(([name]) => widthOf(name) + 2));
  return rows.map(([name, text]) => `${padToWidth(name, width)}${text}`);
}

// Writes a result to a file that a person named.

/**
 * Looks at where results will be written, before the work that makes them.
 * @throws UsageError for a folder that is missing, for what is no file, and for what may not be written
 */
export async function expectWritable(...files: readonly (string | undefined)[]): Promise<void> {
  for (const file of files) {
    if (file === undefined) continue;
    const folder = dirname(file);
    const refuse = (why: string) => new UsageError(`${file} cannot be written: ${why}`);
    if (!existsSync(folder)) throw refuse(`there is no folder ${folder}`);
    if (!(await stat(folder)).isDirectory()) throw refuse(`${folder} is no folder`);
    if (existsSync(file) && (await stat(file)).isDirectory()) throw refuse('it is a folder');
    try {
      await access(existsSync(file) ? file : folder, constants.W_OK);
    } catch (error) {
      throw refuse(systemErrorCode(error) ?? 'no access');
    }
  }
}

/** @throws CommandFailure for a file that cannot be written */
export async function writeResult(file: string, content: string | readonly string[]): Promise<void> {
  try {
    const isNew = !existsSync(file);
    await writeFile(file, content);
    // Unlike what goes into the data directory.
    if (isNew) await chmod(file, usualMode());
  } catch (error) {
    const code = systemErrorCode(error);
    throw code === null ? error : new CommandFailure(`${file} cannot be written (${code})`);
  }
}
