/** Listens on the home's local socket, one JSON object a line, and tells who joins and who is gone. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { HomePaths } from '../../config/home-paths.ts';
import { ensureOwnFolder } from '../../config/socket-folder.ts';
import { MemberMessage, type RuntimeMessage } from '../protocol.ts';

/** One open connection. */
export type Member = {
  send: (message: RuntimeMessage) => void;
  /** Closes the connection after what was sent. */
  end: () => void;
};

export type MemberEvents = {
  said: (member: Member, message: MemberMessage) => void;
  /** The connection is closed, by either side or by the member's death. */
  gone: (member: Member) => void;
};

/** Longer than any message by far; a member that sends more without a line end is cut off. */
const lineLimit = 10_000;

/**
 * To be called under the home's lock: a socket file that is in the way belongs to a runtime that died.
 * @returns a function that stops listening and removes the socket; open connections stay.
 */
export async function listenForMembers(
  paths: Pick<HomePaths, 'home' | 'socket' | 'socketFolder'>,
  events: MemberEvents,
): Promise<() => void> {
  if (paths.socketFolder !== paths.home) ensureOwnFolder(paths.socketFolder);
  rmSync(paths.socket, { force: true });
  const server = createServer((socket) => serveMember(socket, events));
  await listening(server, paths.socket);
  chmodSync(paths.socket, 0o600);
  return () => {
    server.close();
    if (paths.socketFolder !== paths.home) rmSync(paths.socketFolder, { recursive: true, force: true });
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}

function serveMember(socket: Socket, events: MemberEvents): void {
  const member: Member = {
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
    if (message !== null) return events.said(member, message);
    member.send({
      kind: 'failed',
      message: 'the runtime understands lines of the form {"kind":"join","need":"worker"}',
    });
    member.end();
  });
  // A member that dies resets its connection; what counts is that it is gone. The reader of lines passes the error on.
  socket.on('error', () => socket.destroy());
  lines.on('error', () => undefined);
  socket.on('close', () => events.gone(member));
}

function readMessage(line: string): MemberMessage | null {
  try {
    return MemberMessage.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
