/** How questions are made out of a repository: what is read there, what may become a question, and what the workflow exchanges. */
import { z } from 'zod';
import { SpendingLimit } from '../benchmark.ts';
import { Usage } from '../chat.ts';
import { DatasetQuestion, Fact, LineRange, QuestionSource } from '../dataset.ts';
import { SnapshotPath } from '../evidence.ts';
import { CallLimits } from '../run.ts';
import { ContentId, RepositoryRef, Snapshot, SnapshotRef } from '../snapshot.ts';

/** A file of a snapshot, with what its index says that it defines. */
export type SourceFile = {
  path: string;
  /** `code`, `test`, `docs`, `sample`, `config` or `generated`. */
  class: string;
  text: string;
  definitions: { name: string; kind: string; line: number; last: number }[];
};

/** A commit with the lines that it added. */
export type CommitChanges = { id: string; message: string; files: { path: string; added: string[]; status: string }[] };

export const questionRoutes = ['code', 'docs', 'debug', 'general'] as const;
export type QuestionRoute = (typeof questionRoutes)[number];

/** What may become a question: code has found it, and a proof will look at it once more. */
export const Candidate = z.object({
  id: z.string().min(1).max(100),
  source: QuestionSource,
  route: z.enum(questionRoutes),
  kind: z.enum(['answerable', 'unanswerable']),
  /** As a template phrases it. */
  question: z.string().min(1).max(1000),
  /** The first one holds the facts, with the others where it does not do so alone. */
  places: z.array(z.object({ path: SnapshotPath, lines: LineRange })).max(6),
  facts: z.array(Fact).max(6),
  /** Names that a question must not give away: what has to be found. */
  secrets: z.array(z.string()).max(6),
  /** Of an unanswerable question: what stands nowhere in the repository. */
  absent: z.array(z.string()).max(6),
  reference: z.string().max(1000).nullable(),
  /** The lines, for a model that phrases the question. */
  excerpt: z.string().max(4000),
});
export type Candidate = z.infer<typeof Candidate>;

/** A question as a model has phrased it. */
export const Phrasing = z.object({
  at: z.int().nonnegative(),
  question: z.string().min(1).max(1000),
  facts: z.array(z.string().min(1).max(200)).max(4),
  reference: z.string().max(1000).nullable(),
  model: z.string(),
});
export type Phrasing = z.infer<typeof Phrasing>;

/** What a call for a phrasing stores: a model may also say that the lines carry no question. */
export const StoredPhrasing = z.union([Phrasing, z.object({ at: z.int().nonnegative(), declined: z.literal(true) })]);
export type StoredPhrasing = z.infer<typeof StoredPhrasing>;

/** Why candidates became no questions, or phrasings were refused, and how many: drop-counts.ts tells them apart. */
export const DropCounts = z.record(z.string(), z.int().nonnegative());
export type DropCounts = z.infer<typeof DropCounts>;

const Shares = z.record(z.string(), z.number().min(0));

export const QuestionChoice = z.object({
  questions: z.int().min(1).max(500),
  seed: z.int().nonnegative(),
  /** By route; they need not add up to one. */
  mix: Shares,
  /** Share of the questions that the repository does not answer. */
  unanswerable: z.number().min(0).max(0.9),
  /** By split. */
  split: Shares,
});
export type QuestionChoice = z.infer<typeof QuestionChoice>;

export const FindCandidatesInput = z.object({
  repository: RepositoryRef,
  choice: QuestionChoice,
});
export type FindCandidatesInput = z.infer<typeof FindCandidatesInput>;

export const FoundCandidates = z.object({
  snapshot: Snapshot,
  /** A stored list of candidates. */
  pool: ContentId,
  /** So many of them, from the first one on, a model phrases; the others are a reserve. */
  phrase: z.int().nonnegative(),
  /** What the search gave, by source. */
  found: DropCounts,
});
export type FoundCandidates = z.infer<typeof FoundCandidates>;

export const PhraseCall = z.object({
  pool: ContentId,
  at: z.int().nonnegative(),
  /** Null: the model of the settings. */
  model: z.string().min(1).max(200).nullable(),
});
export type PhraseCall = z.infer<typeof PhraseCall>;

export const PhraseResult = z.discriminatedUnion('kind', [
  /** What is stored is a phrasing, or that the model has declined to ask. */
  z.object({ kind: z.literal('phrased'), content: ContentId }),
  /** The reply could not be used. */
  z.object({ kind: z.literal('unusable'), why: z.string().max(300) }),
]);
export type PhraseResult = z.infer<typeof PhraseResult>;

export const ProveInput = z.object({
  snapshot: SnapshotRef,
  pool: ContentId,
  choice: QuestionChoice,
  /** Stored phrasings; empty: templates alone. */
  phrasings: z.array(ContentId).max(2000),
});
export type ProveInput = z.infer<typeof ProveInput>;

/** A question of the dataset to be; where its repository is, the command that writes the file knows. */
export const MadeQuestion = z.object(DatasetQuestion.shape).omit({ repository: true, ref: true });
export type MadeQuestion = z.infer<typeof MadeQuestion>;

export const ProvedQuestions = z.object({ questions: z.array(MadeQuestion), dropped: DropCounts });
export type ProvedQuestions = z.infer<typeof ProvedQuestions>;

/** What one run of the workflow hands to the next. */
export const MakingCarried = z.object({
  found: FoundCandidates,
  /** The next candidate to phrase. */
  next: z.int().nonnegative(),
  phrasings: z.array(ContentId).max(2000),
  unusable: DropCounts,
  usage: Usage,
});
export type MakingCarried = z.infer<typeof MakingCarried>;

export const MakeQuestionsInput = z.object({
  /** Pinned: a ref is a whole commit. */
  repository: RepositoryRef,
  choice: QuestionChoice,
  /** Null: templates alone. */
  phrasing: z.object({ model: z.string().min(1).max(200).nullable(), limit: SpendingLimit.nullable() }).nullable(),
  limits: CallLimits,
  /** Calls at a time. */
  concurrency: z.int().min(1).max(32),
  /** Events after which the workflow goes on in a new run. */
  eventLimit: z.int().min(20).max(2000),
  carried: MakingCarried.exactOptional(),
});
export type MakeQuestionsInput = z.infer<typeof MakeQuestionsInput>;

export const MakingProgress = z.object({
  stage: z.enum(['finding', 'phrasing', 'proving', 'finished']),
  /** Why it waits; null while it does not. */
  note: z.string().nullable(),
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
  usage: Usage,
});
export type MakingProgress = z.infer<typeof MakingProgress>;

export const MadeQuestions = z.object({
  snapshot: Snapshot,
  questions: z.array(MadeQuestion),
  found: DropCounts,
  dropped: DropCounts,
  usage: Usage,
  /** Why not every question was phrased by the model; null: it was, or none was to be. */
  cut: z.string().nullable(),
});
export type MadeQuestions = z.infer<typeof MadeQuestions>;
