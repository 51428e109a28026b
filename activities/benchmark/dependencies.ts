/** What the activities of a benchmark need of the outside. */
import type { ExportInput } from '../../contracts/trace.ts';
import type { DatasetItem, ScoreToPost } from '../../observability/langfuse-api.ts';
import type { BenchmarkFolders } from './benchmark-folder.ts';
import type { TraceExport } from '../tracing/export-spans.ts';

/** A sink of traces that compares experiments. */
export type Experiments = {
  putDataset(name: string, items: readonly DatasetItem[], signal: AbortSignal): Promise<string>;
  link(link: { runName: string; datasetItemId: string; traceId: string; observationId: string }): Promise<void>;
  score(score: ScoreToPost, signal: AbortSignal): Promise<void>;
};

export type BenchmarkDependencies = Pick<TraceExport, 'readHistory' | 'webUrlOf'> & {
  folders: BenchmarkFolders;
  /** Of the run of that id which was started last; null where there is none. */
  latestRunId(workflowId: ExportInput['workflowId']): Promise<string | null>;
  /** Where a trace is shown, `{traceId}` for its id. */
  traceLink(): Promise<string | null>;
  /** What a tool of one's own searches; null of any other tool. */
  kindOfOwnTool(tool: string): 'code' | 'docs' | 'any' | null;
  /** Null where traces go elsewhere. */
  experiments: Experiments | null;
};
