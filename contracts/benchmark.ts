/**
 * What the benchmark's workflow is given, what its activities exchange, and what can be asked of it. A variant is called
 * `arm` in what crosses Temporal: histories hold it under that name.
 */
import { z } from 'zod';
import { CallLimits } from './run.ts';
import { RepositoryRef } from './snapshot.ts';
import { Usage } from './chat.ts';
import { ComparisonPlan } from './evaluation/comparison-plan.ts';
import { PipelineSpec } from './pipeline.ts';
import { RunRef } from './trace.ts';
import { withNames } from './run-log-names.ts';

// What a benchmark is: fixed before it starts, and kept beside its run log.

export const BenchmarkVariant = z.strictObject({
  /** Unique within the benchmark; `variant` in the run log. */
  name: z.string().min(1).max(100),
  /** SHA-256 of the pipeline as it runs. */
  specHash: z.string().min(1),
  pipeline: PipelineSpec,
  /** Skips the router: a variant of a counterfactual. */
  forcedRoute: z.string().min(1).exactOptional(),
});
export type BenchmarkVariant = z.infer<typeof BenchmarkVariant>;

/** `benchmark.json` in the benchmark's folder. The first variant is the baseline. */
const PresentManifest = z.strictObject({
  id: z.string().min(1).max(200),
  /** The dataset's name and the first 12 hexadecimal digits of its SHA-256, as `dataset` in the run log. */
  dataset: z.string().min(1),
  /** The same of the file that the questions were chosen from, where not all of it is asked. */
  wholeDataset: z.string().min(1).exactOptional(),
  /** Absolute: what the repositories of its questions are relative to; absent in folders of earlier versions. */
  datasetFolder: z.string().min(1).exactOptional(),
  questions: z.int().positive(),
  trials: z.int().positive().max(100),
  variants: z.array(BenchmarkVariant).min(1).max(20),
  plan: ComparisonPlan,
  /** True: the offline model answers. */
  offline: z.boolean(),
  /** As in `BenchmarkInput`. */
  replies: z.enum(['shared', 'fresh']).exactOptional(),
  /** Of a counterfactual: each run is a fork of this variant's run of the same question and trial. */
  forkOf: z.strictObject({ benchmark: z.string().min(1), variant: z.string().min(1) }).exactOptional(),
  /** ISO 8601. */
  startedAt: z.iso.datetime({ offset: true }),
});

/** Folders of earlier versions call the variants `arms`. */
export const BenchmarkManifest = z.preprocess(withNames({ variants: 'arms' }), PresentManifest);
export type BenchmarkManifest = z.infer<typeof BenchmarkManifest>;

/** Where a benchmark stops asking: US dollars, or input and output tokens together. */
export const SpendingLimit = z.object({ kind: z.enum(['usd', 'tokens']), most: z.number().positive() });
export type SpendingLimit = z.infer<typeof SpendingLimit>;

export const VariantTally = z.object({
  done: z.int().nonnegative(),
  /** Those that have a grade: all but what a person cancelled. */
  graded: z.int().nonnegative(),
  right: z.int().nonnegative(),
});
export type VariantTally = z.infer<typeof VariantTally>;

/** What the records add up to. */
export const BenchmarkTally = z.object({
  /** By the variant's name. */
  arms: z.record(z.string(), VariantTally),
  /** Runs that broke: their records have an error. */
  failed: z.int().nonnegative(),
  usage: Usage,
  /** Answers of 429 that model calls met. */
  rateLimited: z.int().nonnegative(),
});
export type BenchmarkTally = z.infer<typeof BenchmarkTally>;

/** What one run of the workflow hands to the next. */
export const BenchmarkCarried = z.object({
  /** Number of the next trial that is to be asked, from 0. */
  cursor: z.int().nonnegative(),
  tally: BenchmarkTally,
  paused: z.boolean(),
  /** Milliseconds of work so far, without pauses; the runs that were done in it. */
  activeMs: z.number().nonnegative(),
  doneInIt: z.int().nonnegative(),
  datasetId: z.string().nullable(),
  continuations: z.int().positive(),
});
export type BenchmarkCarried = z.infer<typeof BenchmarkCarried>;

export const BenchmarkInput = z.object({
  /** Folder and workflow have this id; a benchmark that a schedule starts takes its workflow's instead. */
  id: z.string().min(1).max(200),
  /** True: the folder of `id` is a template, to be copied under the id of the workflow. */
  scheduled: z.boolean(),
  /** Absolute: repositories of the dataset are relative to it where `datasetFolder` does not hold them. */
  root: z.string().min(1),
  /** Absolute: repositories of the dataset are looked for here first. */
  datasetFolder: z.string().min(1).exactOptional(),
  limits: CallLimits,
  /** Task queue of what its runs do: `benchmarkQueueOf` the deployment's. */
  activityQueue: z.string().min(1),
  /** Runs at a time. */
  concurrency: z.int().min(1).max(100),
  limit: SpendingLimit.nullable(),
  /** Search attributes that the server takes. */
  searchAttributes: z.array(z.string()),
  /** Events after which the workflow goes on in a new run. */
  eventLimit: z.int().min(20).max(2_000),
  /** Whether replies of earlier benchmarks are used again, or all calls paid and kept for later ones; absent: neither. */
  replies: z.enum(['shared', 'fresh']).exactOptional(),
  carried: BenchmarkCarried.exactOptional(),
});
export type BenchmarkInput = z.infer<typeof BenchmarkInput>;

/** One run to do. */
export const BenchmarkTrial = z.object({
  /** Its number in the order of the benchmark, from 0. */
  at: z.int().nonnegative(),
  arm: z.string(),
  questionId: z.string(),
  question: z.string(),
  repository: RepositoryRef,
  trial: z.int().positive(),
  /** The run that it is a fork of. */
  forkOf: RunRef.exactOptional(),
});
export type BenchmarkTrial = z.infer<typeof BenchmarkTrial>;

export const OpenBenchmarkInput = z.object({
  id: z.string(),
  template: z.string().nullable(),
  /** True at a benchmark's begin: everything is read again, and what is recorded already is counted. */
  fresh: z.boolean(),
});
export type OpenBenchmarkInput = z.infer<typeof OpenBenchmarkInput>;

export const OpenedBenchmark = z.object({
  /** Its name where runs are compared as experiments. */
  dataset: z.string(),
  arms: z.array(BenchmarkVariant),
  /** Questions × variants × trials. */
  runs: z.int().positive(),
  /** Of the records that are there already. */
  tally: BenchmarkTally,
});
export type OpenedBenchmark = z.infer<typeof OpenedBenchmark>;

export const NextQuestionsInput = z.object({
  id: z.string(),
  root: z.string(),
  datasetFolder: z.string().exactOptional(),
  cursor: z.int().nonnegative(),
  most: z.int().positive(),
});
export type NextQuestionsInput = z.infer<typeof NextQuestionsInput>;

export const QuestionPage = z.object({
  /** Without those that have a record. */
  trials: z.array(BenchmarkTrial),
  /** Where the next page starts; null: this is the last one. */
  cursor: z.int().nonnegative().nullable(),
});
export type QuestionPage = z.infer<typeof QuestionPage>;

export const RecordAnswerInput = z.object({
  id: z.string(),
  arm: z.string(),
  questionId: z.string(),
  trial: z.int().positive(),
  workflowId: z.string(),
  /** Null: the latest run of that id, which an earlier try of the benchmark has started. */
  runId: z.string().nullable(),
});
export type RecordAnswerInput = z.infer<typeof RecordAnswerInput>;

export const RecordedAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('recorded'),
    /** Null: it has no grade. */
    right: z.boolean().nullable(),
    failed: z.boolean(),
    usage: Usage.nullable(),
    rateLimited: z.int().nonnegative(),
    runId: z.string().nullable(),
    label: z.string(),
  }),
  /** An earlier try of the benchmark was cancelled with this run in it: to be asked again. */
  z.object({ kind: z.literal('cancelled-before') }),
]);
export type RecordedAnswer = z.infer<typeof RecordedAnswer>;

export const ScoreAnswerInput = z.object({
  runId: z.string(),
  right: z.boolean().nullable(),
  label: z.string(),
  runName: z.string(),
  /** The question's, in the dataset of the experiment. */
  itemId: z.string(),
});
export type ScoreAnswerInput = z.infer<typeof ScoreAnswerInput>;

export const BenchmarkProgress = z.object({
  state: z.enum(['opening', 'running', 'paused', 'finishing', 'finished']),
  /** Why it is paused or ends early; null where nobody has to know. */
  note: z.string().nullable(),
  total: z.int().nonnegative(),
  done: z.int().nonnegative(),
  running: z.int().nonnegative(),
  tally: BenchmarkTally,
  limit: SpendingLimit.nullable(),
  activeMs: z.number().nonnegative(),
  /** By the runs so far; null while none is done. */
  leftMs: z.number().nonnegative().nullable(),
});
export type BenchmarkProgress = z.infer<typeof BenchmarkProgress>;

export const BenchmarkEnding = z.object({
  /** `unavailable`: it was paused for longer than it waits for a person. */
  kind: z.enum(['finished', 'limit-reached', 'cancelled', 'unavailable']),
  progress: BenchmarkProgress,
});
export type BenchmarkEnding = z.infer<typeof BenchmarkEnding>;
