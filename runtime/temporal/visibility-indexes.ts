/**
 * Leaves the server's SQLite file the indexes that searches use. Its visibility table comes with 58, one for each
 * attribute that a server may ever have, and each takes 300 bytes a run and is written at every change of a run. A search
 * by an attribute without an index reads the rows of all runs.
 */
import { DatabaseSync } from 'node:sqlite';
import { databaseOptions } from './compact-database.ts';

/** Of what every run has, and what the Web UI and the lists of schedules ask for. */
const kept = new Set([
  'default_idx',
  ...['by_workflow_id', 'by_workflow_type', 'by_status', 'by_task_queue'],
  ...['by_parent_workflow_id', 'by_root_workflow_id', 'by_temporal_namespace_division'],
]);
const ofCustomAttribute = /^by_((?:bool|datetime|double|int|keyword)_\d\d)$/;

/**
 * The server may be running. A server that has none of these indexes does not make them again, and one that has them is
 * as good: where the file stays locked, they stay.
 * @param columns of the namespace's custom search attributes, as its aliases name them: `Keyword02`
 */
export function dropUnusedIndexes(file: string, columns: readonly string[]): void {
  const used = new Set(columns.map((column) => column.toLowerCase()));
  using database = new DatabaseSync(file, { ...databaseOptions, timeout: 2000 });
  const indexes = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'executions_visibility' AND sql > ''`)
    .all()
    .map(({ name }) => String(name));
  const unused = indexes.filter((name) => !kept.has(name) && !used.has(columnOf(name)));
  if (unused.length === 0) return;
  try {
    database.exec(['BEGIN IMMEDIATE', ...unused.map((name) => `DROP INDEX "${name}"`), 'COMMIT'].join(';\n'));
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== busy) throw error;
  }
}

/** SQLITE_BUSY */
const busy = 5;

const columnOf = (index: string): string => ofCustomAttribute.exec(index)?.[1]?.replace('_', '') ?? '';
