/** Writes what became of a run into the benchmark's run log, once, and grades it: only here is ground truth loaded. */
import { Context } from '@temporalio/activity';
import type { RecordAnswerInput, RecordedAnswer } from '../../contracts/benchmark.ts';
import { AnswerOutcome } from '../../contracts/run.ts';
import { addUsage, noUsage } from '../../contracts/usage-sum.ts';
import type { LatencyParts, RunLogRecord } from '../../contracts/run-log.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { usageOfRecord } from '../../harness/run-log/logged-state.ts';
import { type RunFacts, toErrorRecord, toRunLogRecord } from '../../harness/run-log/run-log-record.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { linkOf } from '../../observability/trace-sink.ts';
import { heartbeats } from '../context.ts';
import { type BenchmarkFolder, runsOf } from './benchmark-folder.ts';
import type { BenchmarkDependencies } from '../dependencies.ts';
import { latencyAnatomy } from '../../observability/latency-anatomy.ts';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { replaceFile } from '../../lib/fs.ts';

export const recordAnswer =
  (deps: BenchmarkDependencies) =>
  async (input: RecordAnswerInput): Promise<RecordedAnswer> => {
    using _beats = heartbeats();
    const folder = await deps.folders.open(input.id);
    const ended = await endedRun(deps, input, Context.current().cancellationSignal);
    if (input.runId === null && outcomeOf(ended.run)?.kind === 'cancelled') return { kind: 'cancelled-before' };
    const links = await linksOf(deps, input, ended, folder);
    // Of an attempt that is repeated, the record of the first one counts.
    const made = withKinds(recordOf(input, ended, links, folder), deps);
    const { record, records } = await folder.log.append(made);
    if (records >= runsOf(folder)) await exportLog(folder);
    return recorded(record, ended, folder);
  };

/** The record is kept already: an export that fails is made by whatever reads the log next. */
async function exportLog({ path, log }: BenchmarkFolder): Promise<void> {
  try {
    await log.export();
  } catch (error) {
    Context.current().log.warn('could not export a run log', { folder: path, error });
  }
}

/** `run` and `history` are null where the server no longer has them. */
type Ended = { runId: string | null; history: unknown; run: RunHistory | null };

async function endedRun(deps: BenchmarkDependencies, input: RecordAnswerInput, signal: AbortSignal): Promise<Ended> {
  const { workflowId } = input;
  const runId = input.runId ?? (await deps.latestRunId(workflowId));
  const history = runId === null ? null : await deps.readHistory({ workflowId, runId }, signal);
  return { runId, history, run: history === null ? null : readRunHistory(history) };
}

function outcomeOf(run: RunHistory | null): AnswerOutcome | null {
  return run === null ? null : (AnswerOutcome.safeParse(run.result).data ?? null);
}

async function linksOf(
  { webUrlOf, traceLink }: BenchmarkDependencies,
  { workflowId }: RecordAnswerInput,
  { runId, history }: Ended,
  folder: BenchmarkFolder,
): Promise<RunLogRecord['links']> {
  if (runId === null || history === null) return { web: null, trace: null, history: null };
  return {
    web: webUrlOf({ workflowId, runId }),
    trace: linkOf(await traceLink(), traceIdOf(runId)),
    history: await saveHistory(folder, workflowId, history),
  };
}

function recordOf(
  input: RecordAnswerInput,
  { runId, run }: Ended,
  links: RunLogRecord['links'],
  { manifest, byId }: BenchmarkFolder,
): RunLogRecord {
  const facts: RunFacts = {
    questionId: input.questionId,
    dataset: manifest.dataset,
    variant: input.arm,
    trial: input.trial,
    workflowId: input.workflowId,
    runId,
    links,
    specHash: manifest.variants.find(({ name }) => name === input.arm)?.specHash ?? '',
    startedAt: run === null ? null : new Date(run.startMs).toISOString(),
    latencyMs: run === null ? null : latencyOf(run),
    failedUsage: run === null ? null : failedUsage(run),
  };
  const outcome = outcomeOf(run);
  if (outcome !== null) return toRunLogRecord(outcome, facts);
  const message = run === null ? 'the server no longer has the run' : (run.failure ?? 'the run ended with no outcome');
  return toErrorRecord({ kind: null, message }, byId.get(input.questionId)?.question ?? '', facts);
}

/** What a tool of one's own searches is known here only. */
function withKinds(record: RunLogRecord, { kindOfOwnTool }: BenchmarkDependencies): RunLogRecord {
  const calls = record.tools_called?.map((call) => {
    const kind = kindOfOwnTool(call.tool);
    return kind === null ? call : { ...call, kind };
  });
  return { ...record, tools_called: calls ?? null };
}

const failedSpans = (run: RunHistory) =>
  run.activities.flatMap(({ spans }) => spans.filter(({ level }) => level === 'ERROR'));

function failedUsage(run: RunHistory): RunFacts['failedUsage'] {
  return failedSpans(run)
    .flatMap(({ usage }) => usage ?? [])
    .reduce(addUsage, noUsage);
}

/** The message of a failed call names the status that it met. */
const busy = /\b429\b/;

function recorded(record: RunLogRecord, { runId, run }: Ended, { byId }: BenchmarkFolder): RecordedAnswer {
  const question = byId.get(record.question_id);
  if (question === undefined) throw new Error(`the dataset has no question "${record.question_id}"`);
  const { correct, label } = gradeRecord(record, question);
  const rateLimited = run === null ? 0 : failedSpans(run).filter(({ message = '' }) => busy.test(message)).length;
  const usage = usageOfRecord(record);
  return { kind: 'recorded', right: correct, failed: record.error !== null, usage, rateLimited, runId, label };
}

// Where the time of a recorded run went, in the run log's words.

/** Null while the run goes on. */
function latencyOf(history: RunHistory): LatencyParts | null {
  if (history.endMs === null) return null;
  const { totalMs, queueMs, modelMs, toolMs, backoffMs, waitingMs, orchestrationMs } = latencyAnatomy(history);
  return {
    total: totalMs,
    queue: queueMs,
    model: modelMs,
    tool: toolMs,
    backoff: backoffMs,
    waiting: waitingMs,
    orchestration: orchestrationMs,
  };
}

// Keeps a run's history, compressed, beside the run log, so that it outlives the server's retention.

const compress = promisify(gzip);
/** File systems take 255 bytes. */
const mostCharacters = 200;

/** @returns the file's path relative to the benchmark's folder */
async function saveHistory(
  { path: folder, cipher }: BenchmarkFolder,
  workflowId: string,
  history: unknown,
): Promise<string> {
  const path = historyPath(workflowId);
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, cipher.seal(await compress(JSON.stringify(history)), true));
  return path;
}

/** An id that is long, or has more than plain characters, gets a hash: two ids never share a file. */
export function historyPath(workflowId: string): string {
  const parts = workflowId.split('/');
  const name = parts.join('_').replace(/[^A-Za-z0-9._-]/g, '-');
  const plain = parts.length === 4 && parts.every((part) => /^[A-Za-z0-9.-]+$/.test(part));
  if (plain && name.length <= mostCharacters) return `histories/${name}.json.gz`;
  const hash = createHash('sha256').update(workflowId).digest('hex').slice(0, 16);
  return `histories/${name.slice(0, mostCharacters)}-${hash}.json.gz`;
}
