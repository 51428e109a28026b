/** One run as a trace: complete spans with fixed ids and times, free of any provider's form. */
import { z } from 'zod';
import type { Usage } from './usage.ts';

/** Which item of which dataset a run answers, for a trace sink that compares experiments. */
export const Experiment = z.object({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  datasetId: z.string().min(1).max(200),
  itemId: z.string().min(1).max(200),
});
export type Experiment = z.infer<typeof Experiment>;

/** A prompt of Langfuse prompt management. */
export const ManagedPrompt = z.object({ name: z.string().min(1).max(200), version: z.int() });
export type ManagedPrompt = z.infer<typeof ManagedPrompt>;

export type SpanType = 'span' | 'agent' | 'generation' | 'tool' | 'evaluator' | 'chain';

/** Text that stands in history, or what the exporter renders from the content store. */
export type TraceField =
  | { kind: 'value'; value: unknown }
  | { kind: 'conversation'; turn: string; part: 'before' | 'reply' }
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
  tags: string[];
  experiment: Experiment | null;
  /** The root last. */
  spans: TraceSpan[];
  scores: TraceScore[];
};

/** A trace with every field rendered and redacted, as a sink sends it. */
export type SentSpan = Omit<TraceSpan, 'input' | 'output'> & {
  id: string;
  parentId: string | null;
  input: unknown;
  output: unknown;
};
export type SentTrace = Omit<Trace, 'spans'> & {
  spans: SentSpan[];
  environment: string;
  release: string | null;
  webUrl: string | null;
};
