/** What runs inside the thread of run logs: SQLite and the disk block it, and nothing else. */
import { LineProblem } from '../../harness/json-lines.ts';
import { type Appended, type RecordKey, RunLogStore, type StoredLine } from '../../harness/run-log/run-log-store.ts';

export type RunLogTask = { folder: string } & (
  | { kind: 'append'; key: RecordKey; text: string }
  | { kind: 'keys'; after: number }
  | { kind: 'lines'; after: number }
  | { kind: 'export' }
);

export type RunLogResults = {
  append: Appended;
  keys: { position: number; keys: RecordKey[] };
  lines: StoredLine[];
  export: null;
};

/** Error classes do not survive the way between threads: a log that has no one reading travels as a value. */
export type RunLogReply =
  | { kind: 'result'; result: RunLogResults[RunLogTask['kind']] }
  | { kind: 'unusable'; message: string };

/** The entry point for the pool. */
export function runLogTask(task: RunLogTask): RunLogReply {
  try {
    using store = RunLogStore.open(task.folder);
    return { kind: 'result', result: answer(store, task) };
  } catch (error) {
    if (error instanceof LineProblem) return { kind: 'unusable', message: error.message };
    throw error;
  }
}

function answer(store: RunLogStore, task: RunLogTask): RunLogResults[RunLogTask['kind']] {
  switch (task.kind) {
    case 'append':
      return store.append(task.key, task.text);
    case 'keys':
      return store.keysAfter(task.after);
    case 'lines':
      return store.linesAfter(task.after);
    case 'export':
      store.export();
      return null;
    default:
      throw task satisfies never;
  }
}
