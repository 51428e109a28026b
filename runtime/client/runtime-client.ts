/**
 * One client in a running runtime: the socket from `join` to `leave`.
 * Not in the design: it never starts a runtime and never tries again (runtime-connection.ts does).
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientMessage, RuntimeMessage } from '../protocol.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { lives } from '../../lib/process-lives.ts';

export type ReadyMessage = Extract<RuntimeMessage, { kind: 'ready' }>;
export type Need = Extract<ClientMessage, { kind: 'join' }>['need'];

/** `staying`: others still use it; `stopped`: it has ended; `late`: it did not say within the time. */
export type Parting = 'staying' | 'stopped' | 'late';

export type RuntimeClient = {
  ready: ReadyMessage;
  /** Resolves when the connection ends, whoever ended it. */
  closed: Promise<void>;
  /** Says goodbye and waits until the runtime stays for others or has stopped; the second call gives the same. */
  leave(limitMs?: number): Promise<Parting>;
};

type Dialogue = { send(message: ClientMessage): void; on(take: (message: RuntimeMessage) => void): void };

const leaveLimitMs = 20_000;
const exitLimitMs = 5000;

/**
 * Joins over an open socket.
 * @returns null when the runtime was on its way out, so that another one is needed
 * @throws CommandFailure with the runtime's own words when it failed
 */
export function joinOver(
  socket: Socket,
  need: Need,
  onProgress: (text: string) => void,
): Promise<RuntimeClient | null> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    const dialogue = dialogueOver(socket, reject);
    dialogue.on((message) => {
      if (message.kind === 'progress') onProgress(message.text);
      else if (message.kind === 'ready') resolve(clientOf(message, socket, dialogue, closed));
      else if (message.kind === 'failed') reject(new CommandFailure(message.message));
      else if (message.kind === 'stopping') resolve(closed.then(() => null));
    });
    dialogue.send({ kind: 'join', need });
    socket.once('close', () => resolve(null));
  });
}

function clientOf(ready: ReadyMessage, socket: Socket, dialogue: Dialogue, closed: Promise<void>): RuntimeClient {
  let parting: Promise<Parting> | null = null;
  return {
    ready,
    closed,
    leave: (limitMs = leaveLimitMs) => {
      parting ??= part(socket, dialogue, limitMs).then(async (how) => {
        if (how === 'stopped') await untilGone(ready.pid);
        return how;
      });
      return parting;
    },
  };
}

/** The socket closes a moment before the process ends; a command that returns leaves nothing running. */
async function untilGone(pid: number): Promise<void> {
  for (const endMs = Date.now() + exitLimitMs; lives(pid) && Date.now() < endMs; ) await sleep(20);
}

function part(socket: Socket, dialogue: Dialogue, limitMs: number): Promise<Parting> {
  if (socket.closed || socket.destroyed) return Promise.resolve('stopped');
  return new Promise((resolve) => {
    const end = (parting: Parting) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parting);
    };
    const timer = setTimeout(() => end('late'), limitMs);
    socket.once('close', () => end('stopped'));
    dialogue.on((message) => {
      if (message.kind === 'staying') end('staying');
    });
    dialogue.send({ kind: 'leave' });
  });
}

/** Each listener replaces the one before. A broken connection shows as `close`, which every phase waits for. */
function dialogueOver(socket: Socket, fail: (error: Error) => void): Dialogue {
  let take: (message: RuntimeMessage) => void = () => {};
  const read = messageReader();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece: string) => {
    try {
      for (const message of read(piece)) take(message);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
      socket.destroy();
    }
  });
  return {
    send: (message) => socket.write(`${JSON.stringify(message)}\n`),
    on: (next) => {
      take = next;
    },
  };
}

// Reads JSON messages, one a line, from the runtime's socket.

const maxLineCharacters = 100_000;

/**
 * A function that takes pieces of the stream as they come and gives the whole messages among them, in order.
 * @throws Error for a line that is no message: the runtime is of another version
 */
function messageReader(): (piece: string) => RuntimeMessage[] {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineCharacters) throw foreign();
    return lines.filter((line) => line.trim() !== '').map(messageOf);
  };
}

function messageOf(line: string): RuntimeMessage {
  try {
    return RuntimeMessage.parse(JSON.parse(line));
  } catch {
    throw foreign();
  }
}

function foreign(): Error {
  return new Error('the runtime answered in a way that this version does not know: end it, then try again');
}
