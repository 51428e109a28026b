/** Where each thing of a home lies: one rule for the runtime and for every command that looks for it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export type HomePaths = {
  home: string;
  /** The runtime's local socket; outside of the home where its path would be too long for one. */
  socket: string;
  /** The folder of `socket`: to be owned by the user and closed to others before the socket is trusted. */
  socketFolder: string;
  /** Held open and locked by the one runtime of the home. */
  lock: string;
  /** The server's SQLite file. */
  database: string;
  /** The ports that this home's links use. */
  ports: string;
  /** The server that is running, so that one left behind by a killed runtime is found. */
  server: string;
  logs: string;
  runtimeLog: string;
  serverLog: string;
  bin: string;
  /** The cached server executable. */
  executable: string;
  traces: string;
  /** A folder for each benchmark: its manifest, dataset, run log, histories and report. */
  benchmarks: string;
  content: string;
  journal: string;
  index: string;
  cache: string;
};

/** Unix sockets take 104 bytes on macOS and 108 on Linux, the closing zero included. */
const socketPathLimit = 100;

/**
 * The paths of a home. Nothing is created or read.
 * @param home absolute path.
 */
export function homePaths(home: string): HomePaths {
  const logs = join(home, 'logs');
  const bin = join(home, 'bin');
  const socketFolder = folderOfSocket(home);
  return {
    home,
    socket: join(socketFolder, 'runtime.sock'),
    socketFolder,
    lock: join(home, 'lock.sqlite'),
    database: join(home, 'temporal.db'),
    ports: join(home, 'ports.json'),
    server: join(home, 'server.json'),
    logs,
    runtimeLog: join(logs, 'runtime.log'),
    serverLog: join(logs, 'temporal.log'),
    bin,
    executable: join(bin, 'temporal'),
    traces: join(home, 'traces'),
    benchmarks: join(home, 'benchmarks'),
    content: join(home, 'content'),
    journal: join(home, 'journal'),
    index: join(home, 'index'),
    cache: join(home, 'cache'),
  };
}

/** `/tmp` and not `os.tmpdir()`: two shells with different TMPDIR must find the same runtime, and it is short. */
function folderOfSocket(home: string): string {
  if (Buffer.byteLength(join(home, 'runtime.sock')) <= socketPathLimit) return home;
  const name = createHash('sha256').update(home).digest('hex').slice(0, 24);
  return join('/tmp', `switchyard-${name}`);
}
