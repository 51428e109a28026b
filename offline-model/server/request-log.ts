/** The server's own count of requests: one line of JSON as each arrives, one as its reply has left. */
import { closeSync, openSync, writeSync } from 'node:fs';

export type RequestLogEntry = {
  /** `request`: it arrived; `reply`: all of the reply was sent; `gone`: the connection ended before that. */
  event: 'request' | 'reply' | 'gone';
  /** Milliseconds since the epoch. */
  at: number;
  requestId: string;
  path: string;
  idempotencyKey: string | null;
  /** Of the body, hex. */
  sha256: string;
  status: number | null;
  fault: string | null;
};

export type RequestLog = { write(entry: RequestLogEntry): void; close(): void };

/** Appends to a file, line by line and at once: a killed process loses no line. Null writes nothing. */
export function openRequestLog(file: string | null): RequestLog {
  if (file === null) return { write: () => {}, close: () => {} };
  const descriptor = openSync(file, 'a', 0o600);
  return {
    write: (entry) => {
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
    },
    close: () => closeSync(descriptor),
  };
}
