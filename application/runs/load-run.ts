/** Finds what is to be looked at: a run by its id, from the server, or a history that was saved as a file. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { exporterType, noticeType, workflowTypes } from '../../contracts/names.ts';
import type { Trace } from '../../contracts/trace.ts';
import { fetchClearHistory } from '../../observability/clear-history.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import { InvalidInput, RunBroken } from '../errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import { clearBytes } from '../clear-content.ts';
import { isUnreadable } from '../../codecs/failures.ts';
import { findRun } from './find-run.ts';
import type { Session } from '../session/session.ts';

/** The history of a run, and the trace that is made of it. */
export type LoadedRun = { history: RunHistory; trace: Trace };

/** A run of more than this is none that answers questions. */
const mostBytes = 200_000_000;

/** Whether a name is that of a saved history, and not the id of a run. */
export function isHistoryFile(name: string): boolean {
  return /\.json(\.gz)?$/.test(name);
}

/** @throws InvalidInput where the file cannot be read or is no history of a question's run */
export async function runOfFile(file: string): Promise<LoadedRun> {
  return loaded(await historyOfFile(file), file);
}

/** The JSON of a saved history, unpacked and in the clear. @throws InvalidInput where the file cannot be read */
export async function historyOfFile(file: string): Promise<unknown> {
  try {
    const bytes = clearBytes(await readFile(file));
    const text = file.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
    return JSON.parse(decodeText(text)) as unknown;
  } catch (error) {
    if (isUnreadable(error)) throw error;
    const code = systemErrorCode(error);
    throw new InvalidInput(
      'run',
      code === 'ENOENT' ? `there is no file ${file}` : `${file} is no Temporal history (${code ?? 'it is not JSON'})`,
    );
  }
}

/** @throws RunNotFound; RunBroken where its history cannot be read */
export async function runOfServer(session: Pick<Session, 'client'>, workflowId: string): Promise<LoadedRun> {
  const { runId } = await findRun(session, workflowId);
  const fetched = await fetchClearHistory(session.client, { workflowId, runId });
  const history = JSON.parse(historyToJSON(fetched)) as unknown;
  try {
    return loaded(history, workflowId, runId);
  } catch (error) {
    if (error instanceof InvalidInput) throw new RunBroken(error.message);
    throw error;
  }
}

/** Workflows of ours that run no question: one of another shape may, which its input says. */
const { answerQuestion: _, ...others } = workflowTypes;
const answersNone: readonly string[] = [...Object.values(others), exporterType, noticeType];

/** A reset run's history names the run that it was made of: only the server knows its own id, which its trace has. */
function loaded(json: unknown, name: string, ownId: string | null = null): LoadedRun {
  try {
    const history = readRunHistory(json);
    if (answersNone.includes(history.workflowType ?? '')) throw new Error(`it is that of a ${history.workflowType}`);
    const { workflowId, runId } = history;
    return { history, trace: traceOfRun(history, { workflowId: workflowId ?? name, runId: ownId ?? runId ?? '' }) };
  } catch (error) {
    const why = error instanceof Error && error.name === 'Error' ? error.message : 'it has another shape';
    throw new InvalidInput('run', `${name} is no history of a question's run: ${why}`);
  }
}
