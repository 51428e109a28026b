/**
 * A runtime that only talks: one a socket, as the real one, with a way of behaving given by name.
 * Arguments: socket path, behaviour, and for `stop-first` a file that says whether it has stopped once already.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [path = '', behaviour = 'normal', stoppedFile = ''] = process.argv.slice(2);
const clients = new Set<Socket>();

if (behaviour === 'crash') throw new TypeError('the fake runtime is broken on purpose');

const server = createServer(serve);
// Like the loser of the data directory's lock: another one answers, so it ends.
server.on('error', () => process.exit(0));
server.listen(path);
// Like the real one: whom nobody joins ends by itself, so that a test leaves nothing behind.
setTimeout(() => {
  if (clients.size === 0) end();
}, 5000);

function serve(socket: Socket): void {
  const say = (message: object) => socket.write(`${JSON.stringify(message)}\n`);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => leave(socket));
  createInterface({ input: socket }).on('line', (line) => {
    const { kind } = JSON.parse(line);
    if (kind === 'leave') return goodbye(socket, say);
    clients.add(socket);
    if (behaviour === 'silent') return;
    if (behaviour === 'fail') return void say({ kind: 'failed', message: 'no Temporal server could be found' });
    if (behaviour === 'nonsense') return void say({ kind: 'ready', address: 7 });
    if (behaviour === 'stop-first' && !existsSync(stoppedFile)) return stopFirst(say);
    say({ kind: 'progress', text: 'starting the Temporal server' });
    say({ ...ready(), ...(behaviour === 'older' && { version: '0.0.1' }) });
  });
}

function stopFirst(say: (message: object) => void): void {
  writeFileSync(stoppedFile, '');
  say({ kind: 'stopping' });
  end();
}

function goodbye(socket: Socket, say: (message: object) => void): void {
  if (behaviour === 'never-leave') return;
  if (clients.size > 1) say({ kind: 'staying', clients: clients.size - 1 });
  else say({ kind: 'stopping' });
  leave(socket);
}

function leave(socket: Socket): void {
  if (clients.delete(socket) && clients.size === 0) end();
}

function end(): void {
  server.close();
  rmSync(path, { force: true });
  process.exit(0);
}

function ready() {
  return {
    kind: 'ready',
    address: '127.0.0.1:7233',
    namespace: 'default',
    webUrl: 'http://127.0.0.1:8233',
    taskQueue: 'switchyard',
    modelUrl: 'http://127.0.0.1:9999/v1',
    offlineModel: true,
    pid: process.pid,
  };
}
