/** Statements that are asked again and again are prepared once for each open database. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/**
 * To be read whole, by `all`, `get` or `run`: a walk through its rows would be broken by the next caller.
 * @param sql one of few texts, since each is kept as long as its database is open
 */
export function prepared(store: DatabaseSync, sql: string): StatementSync {
  const ofStore = statements.get(store) ?? new Map<string, StatementSync>();
  statements.set(store, ofStore);
  const statement = ofStore.get(sql) ?? store.prepare(sql);
  ofStore.set(sql, statement);
  return statement;
}
