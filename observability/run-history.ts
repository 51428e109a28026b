/** A run as its history tells it: what was done, when, how often, and what came of it. */
import type { CheckedCitation } from '../contracts/evidence.ts';
import type { SpanRecord } from '../contracts/trace.ts';

/** Times are milliseconds since the epoch, by the server's clock. */
export type ActivityStep = {
  id: string;
  type: string;
  /** What the workflow said that it is. */
  summary: string;
  input: unknown[];
  scheduledMs: number;
  /** Of the last attempt; null while none has begun. */
  startedMs: number | null;
  closedMs: number | null;
  /** The last attempt's number. */
  attempts: number;
  state: 'open' | 'completed' | 'failed' | 'cancelled';
  /** What the activity gave, without usage and spans; null unless completed. */
  result: unknown;
  /** One record an attempt that left one, the failed ones first, and one for each part of an attempt that has its own. */
  spans: SpanRecord[];
  /** Citations that were checked on the way to the result; null where none were. */
  citations: CheckedCitation[] | null;
  failure: string | null;
};
export type TimerStep = { id: string; summary: string; startedMs: number; firedMs: number | null };
export type TaskStep = { scheduledMs: number; startedMs: number | null; completedMs: number | null };
export type RunHistory = {
  /** Null in histories that do not say. */
  workflowId: string | null;
  runId: string | null;
  /** Of a run that was reset, the runs that it was reset from, in their order: its first calls were theirs. */
  resetFrom?: string[];
  workflowType: string;
  input: unknown[];
  startMs: number;
  /** Null while it goes on. */
  endMs: number | null;
  /** The outcome of a run that completed, the failure's message of one that did not. */
  result: unknown;
  failure: string | null;
  activities: ActivityStep[];
  timers: TimerStep[];
  /** Workflow tasks: the worker deciding what comes next. */
  tasks: TaskStep[];
};
