/** Writes what became of a run into the benchmark's run log, once, and grades it: only here is gold loaded. */
import { Context } from '@temporalio/activity';
import type { RecordAnswerInput, RecordedAnswer } from '../contracts/benchmark-run.ts';
import { AnswerOutcome } from '../contracts/outcome.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { gradeRecord } from '../harness/graded-record.ts';
import { type RunFacts, toErrorRecord, toRunLogRecord } from '../harness/run-log/run-log-record.ts';
import { readRunHistory } from '../observability/read-run-history.ts';
import type { RunHistory } from '../observability/run-history.ts';
import { traceIdOf } from '../observability/trace-ids.ts';
import { linkOf } from '../observability/trace-sink.ts';
import { beats } from './beats.ts';
import { type BenchmarkFolder, runsOf } from './benchmark-folder.ts';
import type { BenchmarkNeeds } from './benchmark-needs.ts';
import { latencyOf } from './run-latency.ts';
import { saveHistory } from './save-history.ts';

export const recordAnswer =
  (needs: BenchmarkNeeds) =>
  async (input: RecordAnswerInput): Promise<RecordedAnswer> => {
    using _beats = beats();
    const folder = await needs.folders.open(input.id);
    const ended = await endedRun(needs, input, Context.current().cancellationSignal);
    if (input.runId === null && outcomeOf(ended.run)?.kind === 'cancelled') return { kind: 'cancelled-before' };
    const links = await linksOf(needs, input, ended, folder);
    // Of an attempt that is repeated, the record of the first one counts.
    const { record, records } = await folder.log.append(recordOf(input, ended, links, folder));
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

async function endedRun(needs: BenchmarkNeeds, input: RecordAnswerInput, signal: AbortSignal): Promise<Ended> {
  const { workflowId } = input;
  const runId = input.runId ?? (await needs.latestRunId(workflowId));
  const history = runId === null ? null : await needs.readHistory({ workflowId, runId }, signal);
  return { runId, history, run: history === null ? null : readRunHistory(history) };
}

function outcomeOf(run: RunHistory | null): AnswerOutcome | null {
  return run === null ? null : (AnswerOutcome.safeParse(run.result).data ?? null);
}

async function linksOf(
  { webUrlOf, traceLink }: BenchmarkNeeds,
  { workflowId }: RecordAnswerInput,
  { runId, history }: Ended,
  folder: BenchmarkFolder,
): Promise<RunLogRecord['links']> {
  if (runId === null || history === null) return { web: null, trace: null, history: null };
  return {
    web: webUrlOf({ workflowId, runId }),
    trace: linkOf(await traceLink(), traceIdOf(runId)),
    history: await saveHistory(folder.path, workflowId, history),
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
    arm: input.arm,
    trial: input.trial,
    workflowId: input.workflowId,
    runId,
    links,
    specHash: manifest.arms.find(({ name }) => name === input.arm)?.specHash ?? '',
    startedAt: run === null ? null : new Date(run.startMs).toISOString(),
    latencyMs: run === null ? null : latencyOf(run),
    failedUsage: run === null ? null : failedUsage(run),
  };
  const outcome = outcomeOf(run);
  if (outcome !== null) return toRunLogRecord(outcome, facts);
  const message = run === null ? 'the server no longer has the run' : (run.failure ?? 'the run ended with no outcome');
  return toErrorRecord({ kind: null, message }, byId.get(input.questionId)?.question ?? '', facts);
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
  const { usage } = record;
  return { kind: 'recorded', right: correct, failed: record.error !== null, usage, rateLimited, runId, label };
}
