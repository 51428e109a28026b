/** One run as a trace: complete spans with fixed ids and times, free of any provider's form. */
import { z } from 'zod';
import { ReplyRepair, Usage } from './chat.ts';
import { ContentId } from './snapshot.ts';
import type { CheckedCitation } from './evidence.ts';
import type { ToolResult } from './tools.ts';

// A finished piece of work, as data: history carries it, a trace sink sends it later, once.

/** The part of a run that a piece of work belongs to: traces are grouped by it. */
export const SpanScope = z.object({
  stage: z.enum(['routing', 'specialist', 'gate', 'synthesis', 'follow-up']),
  specialist: z.string().max(100).exactOptional(),
  /** From 1. */
  try: z.int().positive().exactOptional(),
});
export type SpanScope = z.infer<typeof SpanScope>;

/** What an endpoint answered as under one name: before, and now. */
export const RenamedModel = z.object({ asked: z.string(), before: z.string(), now: z.string() });
export type RenamedModel = z.infer<typeof RenamedModel>;

export const RunRef = z.object({ workflowId: z.string().min(1).max(1000), runId: z.string().min(1).max(100) });
export type RunRef = z.infer<typeof RunRef>;

/** What a reply, or a tool's result, was used again of, and when that came: an earlier benchmark, or the run that a fork was made of. */
export const ReusedFrom = z.union([
  z.object({ benchmark: z.string().max(200), at: z.iso.datetime() }),
  z.object({ ...RunRef.shape, at: z.iso.datetime() }),
]);
export type ReusedFrom = z.infer<typeof ReusedFrom>;

export const SpanRecord = z.object({
  /** Unique within the run; span ids are derived from it: `activity#attempt`, for a part of an attempt `activity#attempt/part`. */
  key: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  type: z.enum(['span', 'agent', 'generation', 'tool', 'retriever', 'evaluator']),
  /** Milliseconds since the epoch. */
  startMs: z.int(),
  endMs: z.int(),
  attempt: z.int().positive(),
  level: z.enum(['DEFAULT', 'WARNING', 'ERROR']).default('DEFAULT'),
  message: z.string().max(300).exactOptional(),
  model: z.string().exactOptional(),
  /** What the model was given beside the messages. */
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  /** The first 12 hexadecimal digits of the SHA-256 of the agent's instructions. */
  promptVersion: z.string().max(100).exactOptional(),
  usage: Usage.exactOptional(),
  /** What refusals of the endpoint taught on the way, one line each: `logprobs: true to false`. */
  learned: z.array(z.string().max(300)).exactOptional(),
  /** Of a tool that ran in a turn's activity: the number of its request there, from 0. */
  request: z.int().nonnegative().exactOptional(),
  /** A stored turn, or the text that a tool gave. */
  output: ContentId.exactOptional(),
  /** The stored text of what the model thought before its reply. */
  thinking: ContentId.exactOptional(),
  /** How the reply was made usable by reading alone. */
  repairs: z.array(ReplyRepair).exactOptional(),
  /** The failure of the first model's provider for which a fallback model was asked. */
  fallbackAfter: z.string().max(100).exactOptional(),
  /** Of a reply, or a tool's result, that was there before. */
  reused: ReusedFrom.exactOptional(),
  /** An alias that another model answers than the one that answered the replies kept under it, which were not used. */
  renamed: RenamedModel.exactOptional(),
});
export type SpanRecord = z.infer<typeof SpanRecord>;

/** Which item of which dataset a run answers, for a trace sink that compares experiments. */
export const Experiment = z.object({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  datasetId: z.string().min(1).max(200),
  itemId: z.string().min(1).max(200),
});
export type Experiment = z.infer<typeof Experiment>;

/** What a trace sink shows of an experiment and its item beside their ids. */
export type ExperimentAbout = {
  description: string;
  metadata: Record<string, unknown>;
  expectedOutput: string;
  itemMetadata: Record<string, unknown>;
};

/** A prompt of Langfuse prompt management. */
export const ManagedPrompt = z.object({ name: z.string().min(1).max(200), version: z.int() });
export type ManagedPrompt = z.infer<typeof ManagedPrompt>;

export type SpanType = 'span' | 'agent' | 'generation' | 'tool' | 'evaluator' | 'chain';

/** Text that stands in history, or what the exporter renders from the content store. */
export type TraceField =
  | { kind: 'value'; value: unknown }
  | { kind: 'conversation'; turn: string; part: 'before' | 'reply' }
  /** What a call of this activity asked its model, as far as the call alone tells it. */
  | { kind: 'call'; activity: string; call: unknown }
  | { kind: 'content'; id: string };

export type TraceSpan = {
  /** Unique within the trace; its id is derived from it. */
  key: string;
  /** Null for the root alone. */
  parent: string | null;
  name: string;
  type: SpanType;
  /** Milliseconds since the epoch. */
  startMs: number;
  endMs: number;
  level: 'DEFAULT' | 'WARNING' | 'ERROR';
  message: string | null;
  input: TraceField | null;
  output: TraceField | null;
  /** Of generations: what the model thought before its reply. */
  thinking?: Extract<TraceField, { kind: 'content' }>;
  metadata: Record<string, unknown>;
  /** Of generations. */
  model: string | null;
  parameters: Record<string, string | number>;
  promptVersion: string | null;
  managedPrompt: ManagedPrompt | null;
  usage: Usage | null;
};

export type TraceScore = { name: string; value: number; comment: string | null };

export type Trace = {
  traceId: string;
  name: string;
  workflowId: string;
  runId: string;
  /** A conversation or a benchmark's run; null for a question by itself. */
  session: string | null;
  /** Who asked, where somebody said so. */
  user?: string;
  tags: string[];
  experiment: Experiment | null;
  /** The root last. */
  spans: TraceSpan[];
  scores: TraceScore[];
};

/** A trace with every field rendered and redacted, as a sink sends it. */
export type SentSpan = Omit<TraceSpan, 'input' | 'output' | 'thinking'> & {
  id: string;
  parentId: string | null;
  input: unknown;
  output: unknown;
  /** US dollars of the tokens in and of those out; absent where only their sum is known. */
  costs?: { input: number; output: number };
};
export type SentTrace = Omit<Trace, 'spans'> & {
  spans: SentSpan[];
  /** Absent of a trace of no experiment, and where this machine does not hold the benchmark. */
  about?: ExperimentAbout;
  environment: string;
  release: string | null;
  webUrl: string | null;
};

// What the export of a trace is given, and what it reports.

export const ExportInput = z.object({ workflowId: z.string().min(1), runId: z.string().min(1) });
export type ExportInput = z.infer<typeof ExportInput>;

/** Runs whose traces are sent together, each with the number of its spans that have arrived before. */
export type ExportBatch = { runs: readonly (ExportInput & { sent: number })[] };

/** What has become of one run of a batch: its trace has arrived, or this is why it has not. */
export type ExportEnd =
  | { runId: string; traceId: string; spans: number }
  | { runId: string; failure: { type: string; reason: string; sent: number } };

/** Ends in the order of the runs; of an attempt that failed, those that it had come to. */
export type ExportProgress = {
  ended: ExportEnd[];
  /** Of the run that was being sent: its spans that have arrived. */
  sending: { runId: string; sent: number } | null;
};

/** A run whose trace is still to be sent. */
export const WaitingExport = z.object({
  ...ExportInput.shape,
  /** Where tries have failed: spans that have arrived all the same, and milliseconds since the epoch. */
  failed: z
    .object({ sent: z.int().nonnegative(), times: z.int().positive(), sinceMs: z.int(), nextMs: z.int() })
    .exactOptional(),
});
export type WaitingExport = z.infer<typeof WaitingExport>;

/** A run whose trace can not be sent, and why. */
export const AsideExport = z.object({ ...ExportInput.shape, reason: z.string() });
export type AsideExport = z.infer<typeof AsideExport>;

/** An exporter begins with nothing, or with what the execution before it has left. */
export const ExporterInput = z.object({
  /** It ends when it has had nothing to do for so long. */
  idleSeconds: z.int().positive().default(3600),
  /** What one execution takes on before it continues as new. */
  runsOfExecution: z.int().positive().default(200),
  waiting: z.array(WaitingExport).default([]),
  /** Run ids of the traces that were sent last. */
  lately: z.array(z.string()).default([]),
  aside: z.array(AsideExport).default([]),
  /** Traces sent. */
  sent: z.int().nonnegative().default(0),
});
export type ExporterInput = z.infer<typeof ExporterInput>;

/** What an exporter tells of itself. */
export type ExporterState = {
  sending: ExportInput[];
  waiting: WaitingExport[];
  aside: AsideExport[];
  sent: number;
  /** Why the last try failed, where nothing has been sent since. */
  problem: string | null;
};

export type ExporterEnding = Pick<ExporterState, 'sent' | 'aside'>;

// What every activity returns: its result, what it cost, and the spans that tell of it.

/** What an activity has done on the way to its result: it stands, whatever became of the rest. */
export type DoneOnTheWay = {
  tools?: ToolResult[];
  citations?: CheckedCitation[];
  /** The id of the run that was handed over to the exporter of traces. */
  handedOver?: string;
};

/** `usage` is null where no model took part. */
export type ActivityResult<Result> = {
  result: Result;
  usage: Usage | null;
  spans: SpanRecord[];
  done?: DoneOnTheWay;
};
