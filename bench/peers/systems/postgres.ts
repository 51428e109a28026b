/** A Postgres of its own for the peers that keep their state there. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort, type Programs } from './programs.ts';
import { treeOf } from './process-figures.ts';

export type Postgres = {
  /** Without a database. */
  url: string;
  port: number;
  folder: string;
  pids(): number[];
  /** Of a database, and the write-ahead log of all of them. */
  disk(database: string): Record<string, number>;
  run(database: string, sql: string): string;
};

/** Where Debian, Red Hat and Homebrew put servers that are not on PATH. */
const places = ['/usr/lib/postgresql', '/usr', '/opt/homebrew/opt'];

/** The folder of the newest `initdb`, `postgres` and `psql`; null where there is none. */
export function postgresPrograms(): string | null {
  const onPath = (process.env.PATH ?? '').split(':');
  const versions = places.flatMap((place) =>
    existsSync(place) ? readdirSync(place).map((version) => join(place, version, 'bin')) : [],
  );
  const isWhole = (bin: string) => ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(bin, name)));
  return [...onPath, ...versions.toSorted().toReversed()].find(isWhole) ?? null;
}

/** @throws Error where there is no Postgres on this machine */
export async function startPostgres(programs: Programs, databases: readonly string[]): Promise<Postgres> {
  const bin = postgresPrograms();
  if (bin === null)
    throw new Error('no Postgres server on this machine (initdb is neither on PATH nor where it usually is)');
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-peers-postgres-'));
  programs.afterwards(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // Postgres refuses to run as root, which a container's user often is.
  const asOther = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  if (asOther.length > 0) execFileSync('chown', ['postgres', folder]);
  const [initdb = '', ...initdbArgs] = [
    ...asOther,
    join(bin, 'initdb'),
    '-N',
    '-D',
    folder,
    '-A',
    'trust',
    '-U',
    'postgres',
  ];
  execFileSync(initdb, initdbArgs, { cwd: '/', stdio: 'ignore' });
  const port = await freePort();
  const [command = '', ...args] = [...asOther, join(bin, 'postgres'), '-D', folder, '-p', String(port), '-k', folder];
  const program = await programs.start({
    name: 'postgres',
    command,
    args: [...args, '-c', 'max_connections=300'],
    ready: null,
  });
  const url = `postgresql://postgres@127.0.0.1:${port}`;
  const run = (database: string, sql: string) =>
    execFileSync(join(bin, 'psql'), [`${url}/${database}`, '-qAtc', sql], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  await eventually(() => run('postgres', 'select 1'));
  for (const database of databases) run('postgres', `create database ${database}`);
  const disk = (database: string) => {
    run(database, 'checkpoint');
    const [size = 0, log = 0] = run(database, sizes).split('|').map(Number);
    return { database: size, log };
  };
  return { url, port, folder, run, disk, pids: () => treeOf(program.pid) };
}

const sizes = "select pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'";
