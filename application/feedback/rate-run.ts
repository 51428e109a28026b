/** Rates the answer of a run that has ended: kept beside the run, and a score on its trace where that is in Langfuse. */
import { attributeNames, benchmarkEnvironmentOf } from '../../contracts/names.ts';
import type { Config } from '../../config/config.ts';
import { redactorOf } from '../../config/redactor.ts';
import { messageOf } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { postScore } from '../../observability/langfuse-api.ts';
import { spanIdOf, traceIdOf } from '../../observability/trace-ids.ts';
import { InvalidInput, RunStillGoesOn } from '../errors.ts';
import { type FoundRun, findRun, isOpen } from '../runs/find-run.ts';
import type { Session } from '../session/session.ts';
import { RunRating, writeRating } from './ratings.ts';

/** The name of the score. */
export const ratingScore = 'user_rating';

/** A rating as it was kept. */
export type Rated = {
  rating: RunRating;
  /** Whether the trace has it; null: traces are not in Langfuse. */
  sent: { ok: true } | { ok: false; problem: string } | null;
};

/**
 * A rating replaces the one before, here and there.
 * @throws RunNotFound; RunStillGoesOn; InvalidInput for a note that is too long
 */
export async function rateRun(
  session: Session,
  settings: Config,
  workflowId: string,
  given: Pick<RunRating, 'rating' | 'note' | 'by'>,
): Promise<Rated> {
  const run = await findRun(session, workflowId);
  if (isOpen(run)) throw new RunStillGoesOn(workflowId);
  const parsed = RunRating.safeParse({ ...given, workflowId, runId: run.runId, at: new Date().toISOString() });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidInput(String(issue?.path[0] ?? 'rating'), `${issue?.path.join('.')}: ${issue?.message}`);
  }
  await writeRating(settings, parsed.data);
  return { rating: parsed.data, sent: await sentTo(settings, run, parsed.data) };
}

async function sentTo({ traces, ...settings }: Config, run: FoundRun, { rating, note, by }: RunRating) {
  const { langfuse, sink } = traces;
  if (langfuse === null || sink !== 'langfuse') return null;
  const traceId = traceIdOf(run.runId);
  const comment = redactorOf({ ...settings, traces }).text(note === '' ? `by ${by}` : `${note} (by ${by})`);
  const environment = isOfBenchmark(run) ? benchmarkEnvironmentOf(traces.environment) : traces.environment;
  try {
    const value = rating === 'good' ? 1 : 0;
    const rootId = spanIdOf(traceId, 'root');
    await postScore(langfuse, { name: ratingScore, value, comment, traceId, rootId, environment });
    return { ok: true } as const;
  } catch (error) {
    return { ok: false, problem: printableLine(messageOf(error)) } as const;
  }
}

function isOfBenchmark({ description }: FoundRun): boolean {
  const attributes = description.typedSearchAttributes.getAll();
  return attributes.some(({ key }) => key.name === attributeNames.benchmark);
}
