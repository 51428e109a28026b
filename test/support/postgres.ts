/** A Postgres of its own for the tests of a file or of a group, where this machine has the programs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { postgresPrograms, startPostgres } from '../../bench/peers/systems/postgres.ts';
import { Programs } from '../../bench/peers/systems/programs.ts';
import type { StoreAddress } from '../../contracts/store-address.ts';

/** What a test that needs it is skipped for; false: it is here. */
export const noPostgres: string | false =
  postgresPrograms() === null && 'there is no Postgres on this machine (initdb is not found)';

export type TestDatabases = {
  /** A database that nobody else has. */
  make(): StoreAddress;
  /** The same database each time, with nothing in it. */
  emptied(): StoreAddress;
  run(address: StoreAddress, sql: string): string;
  pid: number;
};

let started: Promise<TestDatabases> | null = null;
const ends: (() => Promise<void>)[] = [];
// Of whoever imports this first, not of the test that is the first to ask.
after(async () => {
  for (const end of ends) await end();
});

/** Started by the first test that asks. */
export function testPostgres(): Promise<TestDatabases> {
  started ??= start();
  return started;
}

async function start(): Promise<TestDatabases> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-postgres-'));
  const programs = new Programs(folder);
  ends.push(async () => {
    await programs[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const postgres = await startPostgres(programs, []);
  let made = 0;
  const make = (): StoreAddress => {
    made += 1;
    const database = `store_${made}`;
    postgres.run('postgres', `CREATE DATABASE ${database}`);
    const user = { user: 'postgres', password: 'not asked for' };
    return { host: '127.0.0.1', port: postgres.port, ...user, database, tls: 'disable', caFile: null };
  };
  let kept: StoreAddress | null = null;
  return {
    make,
    emptied() {
      if (kept === null) kept = make();
      else postgres.run(kept.database, 'TRUNCATE switchyard.piece, switchyard.journal, switchyard.temporal_server');
      return kept;
    },
    run: ({ database }, sql) => postgres.run(database, sql),
    pid: postgres.pids()[0] ?? 0,
  };
}
