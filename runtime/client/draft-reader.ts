/**
 * Reads the drafts of a run from the sockets of all workers on a data directory, those that come later too. What no
 * socket here tells, a worker on another machine is writing.
 */
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DraftEvent, type DraftRequest } from '../../contracts/draft-stream.ts';

/** Of the sockets in the folder. */
export const socketEnding = '.sock';
/** How soon the socket of a worker is found that has just started. */
const lookEveryMs = 250;
/** Longer than any event: whoever says more without a line end is no worker. */
const lineCharacters = 1_000_000;

export type DraftReading = Disposable & {
  /** Workers here whose drafts would be heard, those included that are being connected. */
  workers(): number;
};

/** @param onEvent called for each event as it comes; an event may come twice, after another connection */
export function readDrafts(folder: string, run: DraftRequest, onEvent: (event: DraftEvent) => void): DraftReading {
  const sockets = new Map<string, Socket>();
  const attend = (name: string) => {
    const socket = connect(join(folder, name));
    sockets.set(name, socket);
    const request = `${JSON.stringify({ workflowId: run.workflowId, runId: run.runId })}\n`;
    socket.once('connect', () => socket.write(request));
    // That of a worker that is gone; whoever starts next removes it.
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(name));
    onLines(socket, (line) => {
      const event = readEvent(line);
      if (event !== null && event.workflowId === run.workflowId && event.runId === run.runId) onEvent(event);
    });
  };
  const look = () => {
    for (const name of socketsIn(folder)) if (!sockets.has(name)) attend(name);
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  return {
    workers: () => sockets.size,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}

function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(socketEnding));
  } catch {
    return [];
  }
}

function onLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineCharacters) socket.destroy();
    for (const line of lines) onLine(line);
  });
}

function readEvent(line: string): DraftEvent | null {
  try {
    return DraftEvent.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
