/** Programs that a measurement starts: each with a log of its own, all gone when the measurement ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type Launch = {
  /** Also the name of its log. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** What it prints once it is ready; null: nobody waits. */
  ready: RegExp | null;
};

export type Program = {
  pid: number;
  /** Resolves once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
};

const readyWithinMs = 120_000;
const graceMs = 10_000;

/** What every program gets of our own environment: no key and no setting of the person who measures. */
const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'USER', 'LOGNAME'];

export class Programs implements AsyncDisposable {
  readonly #logs: string;
  readonly #running = new Set<Program>();
  readonly #afterwards: (() => void)[] = [];

  /** @param logs a folder for the programs' stderr and stdout */
  constructor(logs: string) {
    mkdirSync(logs, { recursive: true });
    this.#logs = logs;
  }

  /** @throws Error that names the log, when it ends before it is ready */
  async start({ name, command, args, env = {}, ready }: Launch): Promise<Program> {
    const logFile = join(this.#logs, `${name}.log`);
    const log = openSync(logFile, 'a');
    const own = Object.fromEntries(kept.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
    const child = spawn(command, args, { env: { ...own, ...env }, stdio: ['ignore', 'pipe', log], detached: true });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    const kill = (signal: NodeJS.Signals = 'SIGTERM') => killed(child, gone, signal);
    const program = { pid: child.pid ?? 0, kill };
    this.#running.add(program);
    void gone.then(() => this.#running.delete(program));
    if (ready === null) child.stdout?.resume();
    else await untilPrinted(child, ready, `${name} is not ready: see ${logFile}`);
    return program;
  }

  /** Called once all programs are gone. */
  afterwards(act: () => void): void {
    this.#afterwards.push(act);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of [...this.#running].toReversed()) await program.kill();
    for (const act of this.#afterwards) act();
  }
}

async function untilPrinted(child: ChildProcess, ready: RegExp, problem: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(problem)), readyWithinMs);
  let printed = '';
  child.stdout?.on('data', (part: Buffer) => {
    printed = (printed + part.toString()).slice(-10_000);
    if (ready.test(printed)) resolve();
  });
  child.once('error', (error) => reject(new Error(`${problem}: ${error.message}`)));
  child.once('exit', (code) => reject(new Error(`${problem} (it ended with ${code}) ${printed.slice(-300)}`)));
  await promise.finally(() => clearTimeout(timer));
}

async function killed(child: ChildProcess, gone: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone.finally(() => clearTimeout(late));
}

/** A port of this machine that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** The body of a reply. @throws Error with its beginning, when the status is none of success */
export async function fetchText(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, init);
  const body = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${body.slice(0, 500)}`);
  return body;
}

/** Tries until it works. @throws what it failed with last, after a minute */
export async function eventually<Result>(work: () => Promise<Result> | Result): Promise<Result> {
  for (const end = Date.now() + 60_000; ; await pause(50)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** One-, five- and fifteen-minute load of the machine. */
export function machineLoad(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
}
