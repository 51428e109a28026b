/** Finds what could become a question, and draws from it as many as may be needed. */
import { createHash } from 'node:crypto';
import {
  Candidate,
  type CommitChanges,
  type DropCounts,
  type QuestionChoice,
} from '../contracts/evaluation/question-making.ts';
import { idOf } from './candidate.ts';
import type { Corpus } from './corpus.ts';
import { foreignCandidates, inventedCandidates } from './finders/absent.ts';
import { callCandidates, mentionsInCode } from './finders/calls.ts';
import { changelogCandidates } from './finders/changelog.ts';
import { commitCandidates } from './finders/commits.ts';
import { definitionCandidates } from './finders/definitions.ts';
import { docsCandidates } from './finders/docs.ts';
import { errorCandidates, messageCounts } from './finders/errors.ts';
import { optionCandidates } from './finders/options.ts';
import { projectCandidates } from './finders/project.ts';
import { modulesOf, testCandidates, usesInTests } from './finders/tests.ts';

/** In no order that matters; ids are unique. @param breathe called between files, so that nobody waits for all of them */
export async function findCandidates(
  corpus: Corpus,
  commits: readonly CommitChanges[],
  breathe: () => Promise<void> = () => Promise.resolve(),
): Promise<Candidate[]> {
  const counted = {
    ...corpus,
    counts: messageCounts(corpus.files),
    uses: usesInTests(corpus.files),
    modules: modulesOf(corpus.files),
  };
  const found: Candidate[] = [];
  for (const file of corpus.files) {
    found.push(
      ...definitionCandidates(file, corpus),
      ...errorCandidates(file, counted),
      ...docsCandidates(file),
      ...optionCandidates(file),
      ...testCandidates(file, counted),
      ...changelogCandidates(file),
      ...projectCandidates(file),
    );
    await breathe();
  }
  found.push(...callCandidates({ ...corpus, mentions: mentionsInCode(corpus) }), ...commitCandidates(commits, corpus));
  found.push(...foreignCandidates(), ...inventedCandidates(corpus));
  // Datasets of several repositories may be put together, and each repository has its own order of what is drawn.
  const named = found.map((each) => ({ ...each, id: idOf(each.source, corpus.repository, each.id) }));
  const byId = new Map(named.map((each) => [each.id, each]));
  // A repository may hold anything: what does not fit the form of a candidate is none.
  return [...byId.values()].filter((each) => each.question.length <= 600 && Candidate.safeParse(each).success);
}

/** How many times what is wanted is drawn, since proofs will drop some; and how many of them a model is to phrase. */
const drawn = 8;
const phrased = 1.6;
const mostOfCell = 2000;

/**
 * @returns the candidates, each route's in the order in which they are to be tried; the first `phrase` of them are those that
 * a model phrases, the others are a reserve that templates ask
 */
export function drawPool(found: readonly Candidate[], choice: QuestionChoice): { pool: Candidate[]; phrase: number } {
  const cells = [...quotas(choice)].map(([cell, wanted]) => {
    const members = spreadOverSources(
      found.filter((each) => cellOf(each) === cell),
      choice.seed,
    );
    const upTo = (times: number) => (wanted === 0 ? 0 : Math.min(mostOfCell, Math.ceil(wanted * times) + 2));
    return { first: members.slice(0, upTo(phrased)), rest: members.slice(upTo(phrased), upTo(drawn)) };
  });
  const first = cells.flatMap((cell) => cell.first);
  return { pool: [...first, ...cells.flatMap(({ rest }) => rest)], phrase: first.length };
}

export const cellOf = ({ route, kind }: Pick<Candidate, 'route' | 'kind'>): string => `${route}/${kind}`;

/** How many questions of each route and kind are wanted; they add up to the number of questions. */
export function quotas({ questions, mix, unanswerable }: QuestionChoice): Map<string, number> {
  const sum = Object.values(mix).reduce((total, share) => total + share, 0);
  const cells = Object.entries(mix).flatMap(([route, share]): [string, number][] => [
    [`${route}/answerable`, (share / sum) * (1 - unanswerable) * questions],
    [`${route}/unanswerable`, (share / sum) * unanswerable * questions],
  ]);
  const wanted = new Map(cells.map(([cell, exact]) => [cell, Math.floor(exact)]));
  const left = questions - [...wanted.values()].reduce((total, count) => total + count, 0);
  // What rounding has left goes to the largest remainders.
  const order = cells.toSorted(([, one], [, other]) => (other % 1) - (one % 1));
  for (const [cell] of order.slice(0, left)) wanted.set(cell, (wanted.get(cell) ?? 0) + 1);
  return wanted;
}

/** In turn from each source, in an order that the seed decides: one more candidate moves no other within its source. */
export function spreadOverSources(members: readonly Candidate[], seed: number): Candidate[] {
  const key = ({ id }: Candidate) => createHash('sha256').update(`${seed}:${id}`).digest('hex');
  const keyed = members
    .map((member) => ({ member, key: key(member) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const queues = [...Map.groupBy(keyed, ({ member }) => groupOf(member)).values()];
  const drawn: Candidate[] = [];
  for (let turn = 0; drawn.length < members.length; turn += 1)
    for (const queue of queues) {
      const next = queue[turn];
      if (next !== undefined) drawn.push(next.member);
    }
  return drawn;
}

/** Names that were made up are one kind of what is absent, what other projects have another. */
const groupOf = ({ source, absent }: Candidate): string =>
  source === 'absent' && /[A-Z_]/.test(absent[0] ?? '') ? 'invented' : source;

/** How many candidates came from each source. */
export function countBySource(found: readonly Candidate[]): DropCounts {
  return Object.fromEntries(
    [...Map.groupBy(found, ({ source }) => source)].map(([source, members]) => [source, members.length]),
  );
}
