/** Makes the trace of a run out of the compressed history that lies beside its log. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RunLogRecord } from '../contracts/run-log.ts';
import type { Trace } from '../contracts/trace.ts';
import { readRunHistory } from '../observability/read-run-history.ts';
import { traceOfRun } from '../observability/run-trace.ts';

const maxBytes = 60_000_000;

/** Null where there is no history in the log's folder, or one that cannot be read: a report does without. */
export async function traceOfRecord({ links, workflow_id, run_id }: RunLogRecord, log: string): Promise<Trace | null> {
  if (links.history === null) return null;
  const folder = resolve(dirname(log));
  const file = resolve(folder, links.history);
  if (!file.startsWith(folder + sep)) return null;
  try {
    const unpacked = await promisify(gunzip)(await readFile(file), { maxOutputLength: maxBytes });
    const history = readRunHistory(JSON.parse(unpacked.toString('utf8')));
    return traceOfRun(history, { workflowId: workflow_id ?? '', runId: run_id ?? '' });
  } catch {
    return null;
  }
}
