/** Where each thing of a data directory lies: one rule for the runtime and for every command that looks for it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

export type DataPaths = {
  dataDirectory: string;
  /** The folder of `index` and `clones`. */
  indexDirectory: string;
  /** The runtime's local socket; outside of the data directory where its path would be too long for one. */
  socket: string;
  /** The folder of `socket`: to be owned by the user and closed to others before the socket is trusted. */
  socketFolder: string;
  /** Held open and locked by the one runtime of the data directory. */
  lock: string;
  /** The server's SQLite file. */
  database: string;
  /** The ports that this data directory's links use. */
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
  /** A file for each run whose answer somebody has rated. */
  ratings: string;
  /** A folder for each benchmark: its manifest, dataset, run log, histories and report. */
  benchmarks: string;
  content: string;
  journal: string;
  /** What benchmarks share of it. */
  replies: string;
  /** A folder for each repository: what people had us remember of it. */
  memory: string;
  /** Names this data directory among others, where runs tell what they need. */
  storeName: string;
  index: string;
  /** Bare clones of repositories that were named by a URL. */
  clones: string;
  cache: string;
  /** What each worker process is at, with the lock that it holds while it lives. */
  calls: string;
  /** The sockets of workers on which drafts can be read while they are written; elsewhere where their paths would be too long. */
  streams: string;
  /** The key of `switchyard serve`, where no setting names one. */
  serveKeys: string;
  /** The limits of endpoints that were set by a command. */
  limits: string;
  /** A file for each worker process that leaves an endpoint alone. */
  circuits: string;
  /** A file for each Temporal server that a worker of this data directory has worked for. */
  servers: string;
  /** A file for each server and queue: when runs without a trace were looked for. */
  sweptTraces: string;
  /** Locked while something is removed. */
  sweepLock: string;
};

/** Unix sockets take 104 bytes on macOS and 108 on Linux, the closing zero included. */
const socketPathLimit = 100;

/**
 * The paths of a data directory. Nothing is created or read.
 * @param dataDirectory absolute path.
 * @param indexDirectory absolute path; another one where a setting says so.
 */
export function dataPaths(dataDirectory: string, indexDirectory: string = dataDirectory): DataPaths {
  const logs = join(dataDirectory, 'logs');
  const bin = join(dataDirectory, 'bin');
  const socketFolder = folderOfSocket(dataDirectory);
  return {
    dataDirectory,
    indexDirectory,
    socket: join(socketFolder, 'runtime.sock'),
    socketFolder,
    lock: join(dataDirectory, 'lock.sqlite'),
    database: join(dataDirectory, 'temporal.db'),
    ports: join(dataDirectory, 'ports.json'),
    server: join(dataDirectory, 'server.json'),
    logs,
    runtimeLog: join(logs, 'runtime.log'),
    serverLog: join(logs, 'temporal.log'),
    bin,
    executable: join(bin, 'temporal'),
    traces: join(dataDirectory, 'traces'),
    ratings: join(dataDirectory, 'ratings'),
    benchmarks: join(dataDirectory, 'benchmarks'),
    content: join(dataDirectory, 'content'),
    journal: join(dataDirectory, 'journal'),
    replies: join(dataDirectory, 'replies'),
    memory: join(dataDirectory, 'memory'),
    storeName: join(dataDirectory, 'store-name'),
    index: join(indexDirectory, 'index'),
    clones: join(indexDirectory, 'git'),
    cache: join(dataDirectory, 'cache'),
    calls: join(dataDirectory, 'calls'),
    streams: folderOfStreams(dataDirectory),
    serveKeys: join(dataDirectory, 'serve-keys'),
    limits: join(dataDirectory, 'limits.json'),
    circuits: join(dataDirectory, 'circuits'),
    servers: join(dataDirectory, 'servers'),
    sweptTraces: join(dataDirectory, 'swept-traces'),
    sweepLock: join(dataDirectory, 'sweep-lock.sqlite'),
  };
}

/** `/tmp` and not `os.tmpdir()`: two shells with different TMPDIR must find the same runtime, and it is short. */
function folderOfSocket(dataDirectory: string): string {
  if (Buffer.byteLength(join(dataDirectory, 'runtime.sock')) <= socketPathLimit) return dataDirectory;
  return shortFolder(dataDirectory);
}

const shortFolder = (dataDirectory: string): string =>
  join('/tmp', `switchyard-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 24)}`);

/** Room for the name of a socket in it. */
function folderOfStreams(dataDirectory: string): string {
  const folder = join(dataDirectory, 'streams');
  return Buffer.byteLength(folder) + 30 <= socketPathLimit ? folder : `${shortFolder(dataDirectory)}-streams`;
}

// Makes sure that the folder of a runtime's socket belongs to this user alone, so that nobody else can answer there.

/**
 * Creates the folder (0700) where it is missing, and checks its owner.
 * @throws Error when it is a link, no folder, or owned by another user.
 */
export function ensureOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder: remove it, or set SWITCHYARD_HOME elsewhere`);
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user) {
    throw new Error(`${folder} belongs to another user: set SWITCHYARD_HOME to a folder of your own`);
  }
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}
