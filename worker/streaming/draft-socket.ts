/**
 * The worker's socket for drafts: a reader names a run in one line and is told what its drafts say, one JSON object a line.
 *
 * 1. The model's loop never waits: events are put together until the event loop turns, then written, and a reader whose
 *    socket does not take them is dropped. It may come again, and finds the text as it stands then.
 * 2. Each worker has a socket of its own in one folder that only its user may enter. It gets its name once it listens, so
 *    that a socket which refuses is that of a worker that is gone, and whoever starts may remove it.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { ensureOwnFolder } from '../../config/data-paths.ts';
import { type DraftEvent, DraftRequest } from '../../contracts/draft-stream.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../observability/logging.ts';
import { socketEnding } from '../../runtime/client/draft-reader.ts';
import { DraftBuffer } from './draft-buffer.ts';

/** Bytes that may wait for a reader: more than all that is kept of a run. */
const bytesAhead = 1024 * 1024;
const readersAtMost = 100;
const requestCharacters = 10_000;

/** What is told is kept, and said to those who read. */
export type DraftSocket = AsyncDisposable & Pick<DraftBuffer, 'tell'>;

/** Opens the socket. Where there can be none, the worker goes on without, and says so. */
export async function openDraftSocket(folder: string, log: Pick<Logger, 'warn'>): Promise<DraftSocket> {
  const buffer = new DraftBuffer();
  const path = join(folder, randomBytes(8).toString('hex'));
  const readers = new Set<Socket>();
  const server = createServer((socket) => {
    if (readers.size >= readersAtMost) return void socket.destroy();
    readers.add(socket);
    socket.once('close', () => readers.delete(socket));
    serve(socket, buffer);
  });
  try {
    ensureOwnFolder(folder);
    await listening(server, `${path}.new`);
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path + socketEnding);
    removeDead(folder);
  } catch (error) {
    server.close();
    log.warn(`drafts cannot be watched while they are written: ${messageOf(error)}`);
  }
  return {
    tell: buffer.tell,
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      rmSync(path + socketEnding, { force: true });
      for (const socket of readers) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // What goes wrong with one reader is that reader's.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function removeDead(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(socketEnding))) {
    const path = join(folder, name);
    const socket = connect(path, () => socket.destroy());
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') rmSync(path, { force: true });
    });
  }
}

/** A reader says one line; what follows it is not read. */
function serve(socket: Socket, buffer: DraftBuffer): void {
  let line = '';
  socket.setEncoding('utf8');
  // A reader that dies resets its connection.
  socket.on('error', () => socket.destroy());
  const onData = (piece: string) => {
    line += piece;
    const end = line.indexOf('\n');
    if (end < 0 && line.length > requestCharacters) socket.destroy();
    if (end < 0) return;
    socket.off('data', onData).resume();
    const request = readRequest(line.slice(0, end));
    if (request === null) socket.destroy();
    else send(socket, buffer, request);
  };
  socket.on('data', onData);
}

function readRequest(line: string): DraftRequest | null {
  try {
    return DraftRequest.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function send(socket: Socket, buffer: DraftBuffer, request: DraftRequest): void {
  let waiting: DraftEvent[] = [];
  const flush = () => {
    const lines = waiting.map((event) => `${JSON.stringify(event)}\n`).join('');
    waiting = [];
    if (!socket.writable) return;
    socket.write(lines);
    if (socket.writableLength > bytesAhead) socket.destroy();
  };
  const add = (event: DraftEvent) => {
    if (waiting.length === 0) setImmediate(flush);
    const last = waiting.at(-1);
    const joined = last === undefined ? null : together(last, event);
    if (joined === null) waiting.push(event);
    else waiting[waiting.length - 1] = joined;
  };
  const { drafts, stop } = buffer.watch(request, add);
  for (const draft of drafts) add(draft);
  socket.once('close', stop);
}

/** One event for two where the second goes on with the first: a model may send hundreds of pieces at a time. */
function together(first: DraftEvent, second: DraftEvent): DraftEvent | null {
  const goesOn =
    first.call === second.call &&
    first.attempt.every((number, at) => number === second.attempt[at]) &&
    first.index + first.text.length === second.index &&
    first.replayed === second.replayed;
  return goesOn ? { ...second, index: first.index, text: first.text + second.text } : null;
}
