/**
 * The Postgres database that workers of several machines share: a small pool of connections, and the tables, which the
 * first who needs them makes.
 *
 * 1. A statement whose connection is lost is sent again until its time is over, so each must be harmless when it has
 *    been carried out already.
 * 2. What a statement changes is on the database's disk when it returns, by Postgres' own rules.
 * 3. Times are the database's: the clocks of the machines need not agree.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates } from 'node:tls';
import pg from 'pg';
import type { StoreAddress } from '../contracts/store-address.ts';
import { messageOf } from '../lib/errors.ts';
import { mayPass, StoreUnavailable, storeUnavailable } from './failures.ts';

export type StoreDatabase = AsyncDisposable & {
  /** Of the store, wherever it is reached from. */
  id: string;
  address: StoreAddress;
  /** @throws StoreUnavailable */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
};

export type OpenOptions = {
  /** How long a statement is tried. */
  patienceMs?: number;
};

/** Connections of one process. A statement takes about a millisecond. */
const connections = 5;
const connectMs = 3_000;
const statementMs = 10_000;
const patience = 15_000;

/** @throws StoreUnavailable */
export async function openDatabase(
  address: StoreAddress,
  { patienceMs = patience }: OpenOptions = {},
): Promise<StoreDatabase> {
  const pool = new pg.Pool({
    ...{ host: address.host, port: address.port, user: address.user, database: address.database },
    password: address.password,
    ssl: tlsOf(address),
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMs,
    query_timeout: statementMs + 1_000,
    keepAlive: true,
    application_name: 'switchyard',
    allowExitOnIdle: true,
  });
  // An idle connection that breaks is replaced by the next statement.
  pool.on('error', () => {});
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const endMs = Date.now() + patienceMs;
    for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, 1_000)) {
      try {
        return (await pool.query<Row>(text, [...values])).rows;
      } catch (error) {
        if (!mayPass(error) || Date.now() + waitMs > endMs) throw storeUnavailable(address, error);
        await sleep(waitMs);
      }
    }
  };
  try {
    const id = (await storeId(query, address)) ?? (await makeTables(pool, query, address));
    return { id, address, query, [Symbol.asyncDispose]: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function tlsOf({ tls, caFile }: StoreAddress): pg.PoolConfig['ssl'] {
  if (tls === 'disable') return false;
  if (tls === 'require') return { rejectUnauthorized: false };
  return caFile === null ? {} : { ca: [...getCACertificates('default'), certificatesIn(caFile)] };
}

function certificatesIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StoreUnavailable(`SWITCHYARD_CA_FILE: ${messageOf(error)}`);
  }
}

/** Of the tables below. */
const version = 1;

/** Taken while the tables are made. */
const lockKey = 0x5377_7964;

/** Texts are compressed before they come, and perhaps encrypted. */
const tables = `
  SELECT pg_advisory_xact_lock(${lockKey});
  CREATE SCHEMA IF NOT EXISTS switchyard;
  CREATE TABLE IF NOT EXISTS switchyard.store (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL,
    id text NOT NULL DEFAULT substr(md5(random()::text || clock_timestamp()::text), 1, 8)
  );
  CREATE TABLE IF NOT EXISTS switchyard.piece (
    id bytea PRIMARY KEY,
    stored_at timestamptz NOT NULL DEFAULT now(),
    packed bytea NOT NULL
  );
  CREATE TABLE IF NOT EXISTS switchyard.journal (
    run_id text NOT NULL,
    mark bytea NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    packed bytea NOT NULL,
    PRIMARY KEY (run_id, mark)
  );
  CREATE INDEX IF NOT EXISTS journal_written_at ON switchyard.journal (written_at);
  CREATE TABLE IF NOT EXISTS switchyard.temporal_server (
    name text PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now()
  );
  ALTER TABLE switchyard.piece ALTER COLUMN packed SET STORAGE EXTERNAL;
  ALTER TABLE switchyard.journal ALTER COLUMN packed SET STORAGE EXTERNAL;
  INSERT INTO switchyard.store (version) VALUES (${version}) ON CONFLICT DO NOTHING;
`;

type Query = StoreDatabase['query'];

/** Null where the tables have not been made. */
async function storeId(query: Query, address: StoreAddress): Promise<string | null> {
  const [there] = await query<{ found: boolean }>(`SELECT to_regclass('switchyard.store') IS NOT NULL AS found`);
  if (there?.found !== true) return null;
  const [row] = await query<{ version: number; id: string }>('SELECT version, id FROM switchyard.store');
  if (row === undefined) return null;
  if (row.version === version) return row.id;
  throw storeUnavailable(
    address,
    new Error(`its tables are of version ${row.version}, and this Switchyard knows ${version}`),
  );
}

/** All of them or none; whoever comes at the same time waits and finds them. */
async function makeTables(pool: pg.Pool, query: Query, address: StoreAddress): Promise<string> {
  try {
    // Several statements in one message are one transaction.
    await pool.query(tables);
  } catch (error) {
    throw storeUnavailable(address, error);
  }
  const id = await storeId(query, address);
  if (id === null) throw storeUnavailable(address, new Error('its tables are gone again'));
  return id;
}
