/** Labelled questions of a file, with what a fitted router may know of each: its wording, its repository, its embedding. */
import { z } from 'zod';
import type { Embed } from '../../contracts/embeddings.ts';
import { questionMaxCharacters } from '../../contracts/run.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import type { Retrieval } from '../../retrieval/repository.ts';
import type { LabelledQuestion } from '../../router-fit/example.ts';
import { repositoryFeatures, searchForFeatures } from '../../router-fit/repository-features.ts';
import { placeOf } from '../evaluate/dataset-repository.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { readJsonLines } from '../input/json-lines-file.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';

/** A line of a dataset, or of a file with question and route alone. */
const LabelLine = z
  .object({
    id: z.string().min(1).max(200).optional(),
    question: z.string().trim().min(1, 'the question is empty').max(questionMaxCharacters),
    route: z.string().trim().min(1).max(40).optional(),
    expected_route: z.string().trim().min(1).max(40).optional(),
    repository: z.string().min(1).optional(),
    ref: z.string().min(1).max(250).nullish(),
    review: z.object({ verdict: z.string() }).nullish(),
  })
  .transform(({ route, expected_route, ...line }, context) => {
    const label = expected_route ?? route;
    if (label !== undefined) return { ...line, route: label };
    context.addIssue('a line needs route, or expected_route');
    return z.NEVER;
  });
export type Label = z.infer<typeof LabelLine> & { id: string };

/** A route needs this many questions, so that each fold has one to learn from. */
const leastOfRoute = 8;

/** @throws UsageError for a line that does not fit, and where the labels are too few to fit anything on */
export async function readLabels(file: string): Promise<Label[]> {
  const lines = await readJsonLines(file, LabelLine);
  const labels = lines
    .filter(({ review }) => review?.verdict !== 'rejected')
    .map((line, at) => ({ ...line, id: line.id ?? `line-${at + 1}` }));
  const counts = [...Map.groupBy(labels, ({ route }) => route)].map(([route, own]) => ({ route, many: own.length }));
  if (counts.length < 2) throw new UsageError(`${file} has labels of one route only: a router needs two or more`);
  const scarce = counts.filter(({ many }) => many < leastOfRoute);
  if (scarce.length === 0) return labels;
  const named = scarce.map(({ route, many }) => `${route} ${many}`).join(', ');
  throw new UsageError(`${file} has too few labels of some routes (${named}): each needs ${leastOfRoute}`);
}

export type FactSources = {
  retrieval: Retrieval;
  /** Null: no embeddings. */
  embed: Embed | null;
  signal: AbortSignal;
  /** Told of repositories that cannot be read: their questions go without. */
  warn: (line: string) => void;
};

const width = 4;

/** @param folder that relative repositories are relative to @throws CommandFailure where the embeddings endpoint fails */
export async function withFacts(
  labels: readonly Label[],
  folder: string,
  sources: FactSources,
): Promise<LabelledQuestion[]> {
  const repositories = await repositoryFacts(labels, folder, sources);
  const embeddings = await embeddingsOf(labels, sources);
  return labels.map(({ id, question, route }, at) => ({
    ...{ id, question, route },
    repository: repositories.get(id) ?? null,
    embedding: embeddings?.[at] ?? null,
  }));
}

async function repositoryFacts(labels: readonly Label[], folder: string, { retrieval, signal, warn }: FactSources) {
  const facts = new Map<string, number[]>();
  const places = Map.groupBy(
    labels.filter(({ repository }) => repository !== undefined),
    ({ repository = '', ref = null }) => JSON.stringify(placeOf({ repository, ref }, folder)),
  );
  for (const [place, members] of places) {
    const snapshot = await open(JSON.parse(place), retrieval, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      warn(`without features of ${members[0]?.repository}: ${messageOf(error)}`);
      return null;
    });
    if (snapshot === null) continue;
    await inParallel(
      members,
      { width, signal },
      ({ question }) => searchForFeatures(retrieval, snapshot, question, signal),
      (rows, { id, question }) => void facts.set(id, repositoryFeatures(question, rows)),
    );
    signal.throwIfAborted();
  }
  return facts;
}

async function open(place: Parameters<typeof repositoryOf>[0], retrieval: Retrieval, signal: AbortSignal) {
  const { id, repositoryKey, url } = await retrieval.open(await repositoryOf(place), { signal });
  return { id, repositoryKey, url };
}

async function embeddingsOf(labels: readonly Label[], { embed, signal }: FactSources) {
  if (embed === null) return null;
  return embed(
    labels.map(({ question }) => question),
    'query',
    signal,
  );
}
