/** What goes wrong with a foreign server or one of its tools, by the names of contracts/failures.ts. */
import type { ForeignFailure } from '../contracts/foreign/ends.ts';

/** The message is one line, without secrets, and may hold words of the server: never shown as anything but text. */
export class ForeignProblem extends Error {
  override readonly name = 'ForeignProblem';
  readonly kind: ForeignFailure;

  constructor(kind: ForeignFailure, message: string) {
    super(message.replace(/\s+/g, ' ').trim().slice(0, 1_000));
    this.kind = kind;
  }
}
