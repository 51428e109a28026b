/** How far routers agree with the routes that a person has given the questions, beside what the course asks for. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { RouteInput } from '../../contracts/run.ts';
import type { Config } from '../../config/config.ts';
import { modelQueues } from '../../config/model-limits.ts';
import type { Agreement } from '../../harness/agreement.ts';
import { percent } from '../../harness/rendering/figures.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { type Routed, routeOne } from '../../application/runs/route-one.ts';
import { routingSummary } from '../ask/route-questions.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { UsageError } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { note } from '../terminal/output.ts';
import { exitCodes } from '../exit-codes.ts';
import { withRetrieval } from '../repository/with-retrieval.ts';
import { labelledQuestions, outOfFoldFigures } from '../router/measure-router.ts';
import type { Session } from '../../application/session/session.ts';

/** The share that the course's checkpoint asks for: more than this. */
export const wantedShare = 0.8;

export type RouterFigure = {
  router: string;
  /** How it is known that the router has not learnt from the questions it is asked. */
  outOfFold: string;
  reached: boolean;
  failed: number;
} & Agreement;

const width = 8;

/** Of the pipeline's own router, which has seen none of the labels. */
export async function configuredAgreement(
  session: Session,
  {
    pipeline,
    questions,
    settings,
  }: { pipeline: PipelineSpec; questions: readonly DatasetQuestion[]; settings: Config },
  { signal, onRouted }: { signal: AbortSignal; onRouted: (done: number) => void },
): Promise<RouterFigure | null> {
  const limits = callLimits(settings.model, null, modelQueues(settings));
  const all: Routed[] = [];
  await inParallel(
    questions,
    { width, signal },
    ({ id, question, expected_route }) => {
      const input = RouteInput.parse({ question, pipeline, forcedRoute: null, limits });
      return routeOne(session, input, { id, expected_route }, signal);
    },
    (routed) => onRouted(all.push(routed)),
  );
  const summary = routingSummary(all);
  if (summary === null) return null;
  const { models, failed, summary: _is, fallbacks: _these, ...agreement } = summary;
  const outOfFold = 'none of these labels was used to make it, so that every question is out of fold';
  return figureOf(`the pipeline's own router (${models.join(', ') || 'no model'})`, outOfFold, failed, agreement);
}

/**
 * Of a router that is fitted to the labels of the file, each question asked of one that was fitted without it. Embeddings
 * take part where they are configured. Empty where Ctrl-C came first.
 */
export async function fittedAgreement(file: string, { embeddings }: Config): Promise<RouterFigure[]> {
  const found: RouterFigure[] = [];
  const code = await withRetrieval(async (opened) => {
    const facts = { embeddings: embeddings !== null, repository: true };
    const figures = await labelledQuestions(opened, file, facts)
      .then(({ questions }) => outOfFoldFigures(questions, opened))
      .catch(unlessTooFew);
    if (figures === null) return exitCodes.worked;
    const { folds, repetitions, kappa, confusion, agreement } = figures;
    const { mean: share, interval } = agreement;
    const n = figures.questions;
    const outOfFold = `each question asked of a router that was fitted without it, in ${repetitions} times ${folds} folds`;
    const learned = `a fitted router (text${embeddings === null ? '' : ', embeddings'} and repository)`;
    const all = { n, agreed: share * n, share, interval, kappa, kappaInterval: null, confusion };
    found.push(figureOf(learned, outOfFold, 0, all));
    return exitCodes.worked;
  });
  return code === exitCodes.worked ? found : [];
}

/** Labels of which no router can be fitted are no reason to stop. */
function unlessTooFew(error: unknown): null {
  if (!(error instanceof UsageError)) throw error;
  note(printableLine(`note: no router is fitted: ${error.message}`));
  return null;
}

function figureOf(router: string, outOfFold: string, failed: number, agreement: Agreement): RouterFigure {
  return { router, outOfFold, reached: (agreement.share ?? 0) > wantedShare, failed, ...agreement };
}

/** Whether it is reached, and how sure that is. */
export function verdictOf({ share, interval, reached }: RouterFigure): string {
  if (share === null || interval === null) return 'Not measured: no question was routed.';
  const wanted = percent(wantedShare);
  const sure = reached ? interval.low > wantedShare : interval.high < wantedShare;
  const how = sure
    ? 'and the interval leaves no doubt of it'
    : `though the interval, ${percent(interval.low)} to ${percent(interval.high)}, would allow the opposite`;
  return reached
    ? `The course's checkpoint, more than ${wanted}, is reached: ${percent(share)}, ${how}.`
    : `The course's checkpoint, more than ${wanted}, is not reached: ${percent(share)}, ${how}.`;
}
