/**
 * Writes down which activities this worker process is at, so that whoever is started after its death can fail them at once;
 * and which runs it has still to hand over to the exporter of traces.
 *
 * 1. A worker holds the lock of its register while it lives. The system releases the lock however the process dies, so a
 *    register whose lock is free has no owner; process ids would prove nothing, containers have the same ones.
 * 2. A lock gets its final name only once it is held: nobody ever sees a living worker's register unlocked.
 * 3. A line is written before the activity begins. It stays some seconds after the activity's return: the completion is
 *    sent afterwards, and nothing tells when it has arrived. A line too many is harmless, the server knows that task no more.
 * 4. Where nothing can be written the work goes on: the heartbeat time-out remains.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { ExportInput } from '../contracts/trace.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../observability/logging.ts';
import { callsEnding, lockEnding, removeRegister } from '../runtime/host/call-registers.ts';
import { type FileLock, takeLock } from '../runtime/host/file-lock.ts';

/** An attempt at an activity: the only name that the server does not give to a later attempt is the task's token. */
export type RegisteredCall = { taskToken: string; activityId: string; workflowId?: string; runId?: string };

/**
 * The lines of a register: whose calls they are, then a line for the start and one for the return of each attempt, and for
 * each run that is ending one before the exporter of traces was told and one after.
 */
export type RegisterLine =
  | { server: string }
  | (RegisteredCall & { call: number })
  | { returned: number; atMs: number }
  | (ExportInput & { ending: number })
  | { told: number };

/** How long a completion may be on its way to the server. */
export const lingerMs = 5_000;

/** After so many lines the file is written anew, with what is not over. */
const linesAtMost = 2_000;

export class CallRegister implements Disposable {
  readonly name: string;
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #server: string;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #calls = new Map<number, { line: RegisterLine; returnedMs: number | null }>();
  readonly #endings = new Map<number, RegisterLine>();
  #descriptor: number | null;
  #lines = 0;
  #last = 0;

  /**
   * @param folder of the registers of a data directory
   * @param server whose tasks the calls are
   */
  constructor(folder: string, server: string, log: Pick<Logger, 'warn'>) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, randomUUID());
    const lock = takeLock(`${path}.new`);
    if (lock === null) throw new Error(`${path}.new is locked by somebody else`);
    renameSync(`${path}.new`, path + lockEnding);
    [this.name, this.#file, this.#lock] = [path + lockEnding, path + callsEnding, lock];
    [this.#server, this.#log] = [server, log];
    this.#descriptor = openSync(this.#file, 'ax', 0o600);
    this.#append({ server });
  }

  /** Registers every activity of the workers that it is given to. */
  readonly interceptor: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        if (info.isLocal) return next(input);
        const { base64TaskToken: taskToken, activityId, workflowExecution } = info;
        const returned = this.add({ taskToken, activityId, ...workflowExecution });
        try {
          return await next(input);
        } finally {
          returned();
        }
      },
    },
  });

  /** @returns to be called when the activity has returned */
  add(call: RegisteredCall): () => void {
    this.#last += 1;
    const number = this.#last;
    const line = { call: number, ...call };
    this.#calls.set(number, { line, returnedMs: null });
    this.#append(line);
    return () => {
      const atMs = Date.now();
      this.#calls.set(number, { line, returnedMs: atMs });
      this.#append({ returned: number, atMs });
    };
  }

  /** @returns to be called when the exporter knows the run; null where nothing can be written */
  addEnding({ workflowId, runId }: ExportInput): (() => void) | null {
    this.#last += 1;
    const number = this.#last;
    const line = { ending: number, workflowId, runId };
    this.#endings.set(number, line);
    this.#append(line);
    if (this.#descriptor === null) this.#endings.delete(number);
    if (this.#descriptor === null) return null;
    return () => {
      this.#endings.delete(number);
      this.#append({ told: number });
    };
  }

  /** What is not over by now stays for the next worker to look at. */
  [Symbol.dispose](): void {
    const over = this.#forgetReturned() === 0 && this.#endings.size === 0;
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    if (over) removeRegister(this.name);
    this.#lock.release();
  }

  #append(line: RegisterLine): void {
    if (this.#descriptor === null) return;
    try {
      writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
      this.#lines += 1;
      if (this.#lines > linesAtMost) this.#compact();
    } catch (error) {
      this.#log.warn(`calls are no longer registered, so a restart waits for their heartbeats: ${messageOf(error)}`);
      this.#descriptor = null;
    }
  }

  #compact(): void {
    this.#forgetReturned();
    const lines: RegisterLine[] = [{ server: this.#server }, ...this.#endings.values()];
    for (const { line, returnedMs } of this.#calls.values()) {
      lines.push(line);
      if (returnedMs !== null && 'call' in line) lines.push({ returned: line.call, atMs: returnedMs });
    }
    const renewed = openSync(`${this.#file}.new`, 'w', 0o600);
    writeSync(renewed, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(`${this.#file}.new`, this.#file);
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    // A worker that has thousands of calls in a few seconds does not rewrite all of them at each.
    [this.#descriptor, this.#lines] = [renewed, Math.min(lines.length, linesAtMost / 2)];
  }

  /** @returns how many are left */
  #forgetReturned(): number {
    const before = Date.now() - lingerMs;
    for (const [number, { returnedMs }] of this.#calls)
      if (returnedMs !== null && returnedMs < before) this.#calls.delete(number);
    return this.#calls.size;
  }
}
