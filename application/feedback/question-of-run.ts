/** Makes a question of a dataset of a run, for a person to review: what the answer cites is taken for the expected places. */
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import { InvalidInput, RunStillGoesOn } from '../errors.ts';
import type { LoadedRun } from '../runs/load-run.ts';
import type { RunRating } from './ratings.ts';

/** Any file of the repository. */
const anywhere = './';

/**
 * Nothing of it is reviewed: `dataset review` shows it. Of an answer that was rated bad the expected places are left open.
 * @param placeOf how the dataset's file names the repository
 * @throws RunStillGoesOn; InvalidInput for a run that tells neither an answer nor that there is none
 */
export function questionOfRun(
  { history, trace }: LoadedRun,
  rating: RunRating | null,
  placeOf: (repository: string) => string,
): DatasetQuestion {
  const { workflowId } = trace;
  if (history.endMs === null) throw new RunStillGoesOn(workflowId);
  const input = QuestionInput.parse(history.input[0]);
  const outcome = AnswerOutcome.safeParse(history.result);
  const kind = outcome.success ? outcome.data.kind : 'failed';
  if (!outcome.success || (kind !== 'answered' && kind !== 'insufficient-evidence'))
    throw new InvalidInput(
      'run',
      `${workflowId} ended as ${kind}: only an answer, or that there is none, makes a question`,
    );
  const { state } = outcome.data;
  const { repository } = input;
  const isAnswered = kind === 'answered';
  const trusted = rating?.rating !== 'bad';
  return DatasetQuestion.parse({
    id: workflowId.slice(0, 200),
    question: input.question,
    repository: repository.kind === 'url' ? repository.url : placeOf(repository.path),
    ref: state.snapshot?.kind === 'commit' ? state.snapshot.id.slice(0, 40) : null,
    expected_route: state.route ?? state.routes_run[0] ?? input.pipeline.specialists[0]?.name ?? 'general',
    kind: isAnswered ? 'answerable' : 'unanswerable',
    gold: isAnswered ? expectedPlaces(trusted ? state.evidence : []) : { paths: [] },
    reference_answer: isAnswered && rating?.rating === 'good' ? state.final_answer : null,
    tags: ['from-run', ...(rating === null ? [] : [`rated-${rating.rating}`])],
    note: noteOf(workflowId, rating, state.snapshot?.kind === 'folder'),
  });
}

function expectedPlaces(evidence: readonly CheckedCitation[]): { paths: string[]; lines: Record<string, unknown> } {
  const byPath = Map.groupBy(evidence, ({ path }) => path);
  if (byPath.size === 0) return { paths: [anywhere], lines: {} };
  const ranges = [...byPath].map(([path, cited]) => {
    const unique = new Map(cited.map(({ firstLine, lastLine }) => [`${firstLine}-${lastLine}`, [firstLine, lastLine]]));
    return [path, [...unique.values()]];
  });
  return { paths: [...byPath.keys()], lines: Object.fromEntries(ranges) };
}

function noteOf(workflowId: string, rating: RunRating | null, isFolder: boolean): string {
  const rated = rating === null ? 'not rated' : `rated ${rating.rating} by ${rating.by}`;
  const why = rating === null || rating.note === '' ? '' : `: ${rating.note}`;
  const places =
    rating?.rating === 'bad'
      ? ' The expected places are open: say where the answer stands.'
      : ' The expected places are those that the answer cites; nobody has checked them.';
  const pinned = isFolder ? ' The run read a folder that is no commit: give a ref.' : '';
  return `From the run ${workflowId}, ${rated}${why}.${places}${pinned}`;
}
