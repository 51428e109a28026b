/**
 * Joins the runtime of a data directory, starting it where there is none.
 * 1. Two commands that start in the same second may both start one: the data directory's lock lets one live, both join it.
 * 2. A runtime that is on its way out is waited for, then another one is started.
 * 3. Nobody waits for ever: no socket, or no word on it, ends in an error that names the log.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure, Interrupted, systemErrorCode } from '../../lib/errors.ts';
import { joinOver, type Need, type RuntimeClient } from './runtime-client.ts';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { packageVersion } from '../../lib/own-files.ts';
import { printableLine } from '../../lib/printable.ts';

export type RuntimeRequest = {
  socket: string;
  need: Need;
  command: RuntimeCommand;
  onProgress: (text: string) => void;
  /** Gives up joining; a runtime that was started and has no client ends by itself. */
  signal?: AbortSignal;
  /** How long a socket may take to appear. */
  appearMs?: number;
  /** How long a runtime that was joined may be silent before it is ready: a download says how far it is. */
  silenceMs?: number;
};

export type JoinedRuntime = RuntimeClient & {
  /** True when this command started it. */
  started: boolean;
};

const pauseMs = 50;
/** Grace for another command's runtime to show its socket after ours ended with an error. */
const graceMs = 3000;

/** @throws CommandFailure when the runtime cannot be started or fails, Interrupted when the signal says so */
export async function joinRuntime(request: RuntimeRequest): Promise<JoinedRuntime> {
  let own: StartedRuntime | null = null;
  let endedAt = 0;
  let deadline = Date.now() + (request.appearMs ?? 60_000);
  while (Date.now() < deadline) {
    if (request.signal?.aborted) throw new Interrupted();
    const socket = await open(request.socket);
    if (socket !== null) {
      const client = await joinInTime(socket, request);
      if (client !== null) {
        tellOtherVersion(client.ready.version, request);
        return { ...client, started: own?.pid === client.ready.pid };
      }
      deadline = Math.max(deadline, Date.now() + graceMs);
    } else {
      const end = own?.ended() ?? null;
      if (own === null || end === 0) own = startRuntime(request.command);
      else if (end !== null) {
        endedAt ||= Date.now();
        if (Date.now() - endedAt > graceMs) throw failure(`ended (${end}): ${own.lastWords()}`, request);
      }
    }
    await sleep(pauseMs);
  }
  throw failure('cannot be reached', request);
}

/** After an upgrade, while others still use what was started before it. */
function tellOtherVersion(running: string | undefined, { onProgress }: RuntimeRequest): void {
  const own = packageVersion();
  if (running !== undefined && running !== own)
    onProgress(
      `version ${running} is running here, and this is ${own}: end "switchyard up" and the other commands to use it`,
    );
}

/** Whether a runtime of the data directory with this socket is running. */
export async function isListening(path: string): Promise<boolean> {
  const socket = await open(path);
  socket?.destroy();
  return socket !== null;
}

function failure(what: string, { command }: RuntimeRequest): CommandFailure {
  return new CommandFailure(`the runtime ${what} (its log: ${command.logFile})`);
}

/** Null where nobody listens. */
function open(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) => {
      const code = systemErrorCode(error) ?? '';
      if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'EAGAIN'].includes(code)) resolve(null);
      else reject(new CommandFailure(`the runtime's socket ${path} cannot be opened (${code})`));
    });
  });
}

async function joinInTime(socket: Socket, request: RuntimeRequest): Promise<RuntimeClient | null> {
  const limitMs = request.silenceMs ?? 180_000;
  const giveUp = () => socket.destroy();
  request.signal?.addEventListener('abort', giveUp);
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    socket.destroy();
  }, limitMs);
  try {
    const client = await joinOver(socket, request.need, (text) => {
      timer.refresh();
      request.onProgress(text);
    });
    if (client === null && silent) throw failure(`said nothing for ${Math.round(limitMs / 1000)} s`, request);
    return client;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', giveUp);
  }
}

// Starts the runtime of a data directory as a process of its own, whose last words are kept in a log.

type RuntimeCommand = {
  executable: string;
  arguments: string[];
  /** What ours does not say already. */
  environment?: Record<string, string>;
  logFile: string;
};

/** The start of a runtime; it may end at once because another one holds the data directory. */
type StartedRuntime = {
  /** Undefined where it could not be started at all. */
  pid: number | undefined;
  /** Null while it runs; then its exit code, or the signal or reason that ended it. */
  ended(): number | string | null;
  /** The most telling line that it has written: the error's, else the last. */
  lastWords(): string;
};

/** Starts it detached, so that it outlives this command for as long as others use it. */
function startRuntime({ executable, arguments: given, environment, logFile }: RuntimeCommand): StartedRuntime {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'a', 0o600);
  const from = statSync(logFile).size;
  let end: number | string | null = null;
  try {
    const child = spawn(executable, given, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: dirname(logFile),
      env: { ...environment, ...process.env },
    });
    child.on('exit', (code, signal) => {
      end = code ?? signal ?? 'unknown';
    });
    child.on('error', (error) => {
      end = error.message;
    });
    child.unref();
    return { pid: child.pid, ended: () => end, lastWords: () => lastWordsOf(logFile, from) };
  } finally {
    closeSync(log);
  }
}

function lastWordsOf(logFile: string, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString('utf8').split('\n').map(printableLine).filter(Boolean);
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
