/** Listens on the data directory's local socket, one JSON object a line, and tells who joins and who is gone. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type DataPaths, ensureOwnFolder } from '../../config/data-paths.ts';
import { ClientMessage, type RuntimeMessage } from '../protocol.ts';

/** One open connection. */
export type ConnectedClient = {
  send: (message: RuntimeMessage) => void;
  /** Closes the connection after what was sent. */
  end: () => void;
};

export type ClientEvents = {
  said: (client: ConnectedClient, message: ClientMessage) => void;
  /** The connection is closed, by either side or by the client's death. */
  gone: (client: ConnectedClient) => void;
};

/** Longer than any message by far; a client that sends more without a line end is cut off. */
const lineLimit = 10_000;

/**
 * To be called under the data directory's lock: a socket file that is in the way belongs to a runtime that died.
 * @returns a function that stops listening and removes the socket; open connections stay.
 */
export async function listenForClients(
  paths: Pick<DataPaths, 'dataDirectory' | 'socket' | 'socketFolder'>,
  events: ClientEvents,
): Promise<() => void> {
  if (paths.socketFolder !== paths.dataDirectory) ensureOwnFolder(paths.socketFolder);
  rmSync(paths.socket, { force: true });
  const server = createServer((socket) => serveClient(socket, events));
  await listening(server, paths.socket);
  chmodSync(paths.socket, 0o600);
  return () => {
    server.close();
    if (paths.socketFolder !== paths.dataDirectory) rmSync(paths.socketFolder, { recursive: true, force: true });
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}

function serveClient(socket: Socket, events: ClientEvents): void {
  const client: ConnectedClient = {
    send: (message) => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    },
    end: () => socket.end(),
  };
  let pending = 0;
  socket.on('data', (chunk: Buffer) => {
    const lastEnd = chunk.lastIndexOf(10);
    pending = lastEnd === -1 ? pending + chunk.length : chunk.length - lastEnd - 1;
    if (pending > lineLimit) socket.destroy();
  });
  const lines = createInterface({ input: socket });
  lines.on('line', (line) => {
    const message = readMessage(line);
    if (message !== null) return events.said(client, message);
    client.send({
      kind: 'failed',
      message: 'the runtime understands lines of the form {"kind":"join","need":"worker"}',
    });
    client.end();
  });
  // A client that dies resets its connection; what counts is that it is gone. The reader of lines passes the error on.
  socket.on('error', () => socket.destroy());
  lines.on('error', () => undefined);
  socket.on('close', () => events.gone(client));
}

function readMessage(line: string): ClientMessage | null {
  try {
    return ClientMessage.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
