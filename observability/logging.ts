/** JSON lines for operators, on stderr or in a file, with keys and tokens taken out of every line. */
import { renameSync, statSync } from 'node:fs';
import { pino } from 'pino';
import { type Cipher, noCipher } from '../codecs/cipher.ts';
import { sealLine } from '../codecs/sealed-line.ts';
import type { Redactor } from '../lib/redaction.ts';

export type Logger = pino.Logger;

export type LogOptions = {
  level: pino.LevelWithSilent;
  /** A file to append to; null: stderr. */
  file: string | null;
  redactor: Redactor;
  /** Encrypts each line: messages of failures hold words of questions and answers. */
  cipher?: Cipher;
};

const fileLimitBytes = 5_000_000;

/** A logger that writes synchronously, so that the last lines before an end are not lost. */
export function createLogger({ level, file, redactor, cipher = noCipher }: LogOptions): Logger {
  if (file !== null) keepLogSmall(file);
  const destination = pino.destination({ dest: file ?? 2, sync: true, mkdir: true });
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => sealLogLine(redactor.text(line), cipher) },
    },
    destination,
  );
}

function sealLogLine(line: string, cipher: Cipher): string {
  return cipher.isOn ? `${sealLine(line.trimEnd(), {}, cipher)}\n` : line;
}

/** Puts a log of more than 5 MB aside as `FILE.1`, in place of the one before; to be called before it is opened. */
export function keepLogSmall(file: string): void {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > fileLimitBytes) renameSync(file, `${file}.1`);
}
