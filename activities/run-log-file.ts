/** A run log that grows: whole lines only, and never two records of the same question, arm and trial. */
import { open } from 'node:fs/promises';
import type { RunLogRecord } from '../contracts/run-log.ts';

type Key = Pick<RunLogRecord, 'question_id' | 'arm' | 'trial'>;

const chunkBytes = 1_000_000;
const lineEnd = '\n'.charCodeAt(0);

export class RunLogFile {
  readonly #path: string;
  readonly #keys = new Set<string>();
  /** Bytes that were read and end with a whole line. */
  #readBytes = 0;
  /** One after the other, so that two answers of a question never both find it missing. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the file, as it is now, has a record of the key. */
  has(key: Key): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#readOn();
      return this.#keys.has(keyOf(key));
    });
  }

  /** @returns false where the file has a record of that key already: then nothing is written */
  append(record: RunLogRecord): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#readOn();
      if (this.#keys.has(keyOf(record))) return false;
      await using file = await open(this.#path, 'a+');
      // What follows the last whole line was being written when its worker was killed.
      const { size } = await file.stat();
      if (size > this.#readBytes) await file.truncate(this.#readBytes);
      await file.appendFile(`${JSON.stringify(record)}\n`);
      await file.datasync();
      await this.#readOn();
      return true;
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Takes in the lines that were added since: another worker may write here, too. */
  async #readOn(): Promise<void> {
    await using file = await open(this.#path, 'a+');
    let rest = Buffer.alloc(0);
    for (let at = this.#readBytes; ; ) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = text.lastIndexOf(lineEnd) + 1;
      for (const line of text.subarray(0, end).toString().split('\n'))
        if (line !== '') this.#keys.add(keyOf(JSON.parse(line) as Key));
      this.#readBytes += end;
      rest = text.subarray(end);
    }
  }
}

function keyOf({ question_id, arm, trial }: Key): string {
  return JSON.stringify([question_id, arm, trial]);
}
