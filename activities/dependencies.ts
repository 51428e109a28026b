/** What activities need from the outside, as small as they need it; worker/ builds it, tests hand in their own. */

import type { DraftSink } from './agents/draft-text.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { EarlierRuns } from '../models/earlier-runs.ts';
import type { ReplyJournal } from '../models/journal.ts';
import type { SharedReplies } from '../models/shared-replies.ts';
import type { TurnResults } from './agents/turn-results.ts';
import type { ContentStore } from '../retrieval/store/content-store.ts';
import type { ForeignTools } from '../foreign-tools/foreign-tools.ts';
import type { Retrieval } from '../retrieval/repository.ts';
import type { OwnTools } from '../retrieval/tools/own-tools.ts';
import type { NoticeDependencies } from './notices/notices.ts';
import type { TraceExport } from './tracing/export-spans.ts';
import type { ModelRole } from '../contracts/chat.ts';
import type { Embed } from '../contracts/embeddings.ts';
import type { ExportInput } from '../contracts/trace.ts';
import type { DatasetItem, ScoreToPost } from '../observability/langfuse-api.ts';
import type { BenchmarkFolders } from './benchmark/benchmark-folder.ts';
import type { PriceList } from '../contracts/model/price.ts';

export type ActivityDependencies = {
  model: ChatModel;
  /** The model that answers for a role when a spec names none. */
  modelByRole: Readonly<Record<ModelRole, string>>;
  /** The same for requests that may share a reply: the base URL, or for the built-in model all that decides its replies. */
  endpoint: string;
  /** Where fallback models are asked; absent: at the same endpoint. */
  fallback?: { model: ChatModel; endpoint: string } | undefined;
  prices: PriceList;
  /** Told what drafts say while they are written; absent: nobody can watch. */
  drafts?: DraftSink | undefined;
  journal: ReplyJournal;
  /** Among benchmarks. */
  sharedReplies: SharedReplies;
  /** The same for as long as a tool of this worker gives the same for the same request on the same snapshot. */
  toolsVersion: string;
  turnResults: TurnResults;
  /** What the runs before a fork have left in the journal. */
  earlierRuns: EarlierRuns;
  content: ContentStore;
  /** Names of the stores that this worker reaches; null: no worker of the server reaches another one. */
  holds: {
    /** Its data directory. */
    own: string;
    shared: string | null;
  } | null;
  retrieval: Retrieval;
  /** For fitted routers that read a question's embedding; absent: no endpoint is configured. */
  questionEmbedder?: { model: string; embed: Embed } | undefined;
  ownTools: OwnTools;
  foreignTools: ForeignTools;
  traces: TraceExport;
  /** Absent: nobody is told of runs. */
  notices?: NoticeDependencies | undefined;
  benchmarks: BenchmarkDependencies;
  /** Search attributes that the server takes. */
  searchAttributes: readonly string[];
};

// What the activities of a benchmark need of the outside.

/** A sink of traces that compares experiments. */
export type Experiments = {
  putDataset(name: string, items: readonly DatasetItem[], signal: AbortSignal): Promise<string>;
  link(link: { runName: string; datasetItemId: string; traceId: string; observationId: string }): Promise<void>;
  score(score: Omit<ScoreToPost, 'environment'>, signal: AbortSignal): Promise<void>;
};

export type BenchmarkDependencies = Pick<TraceExport, 'webUrlOf'> & {
  /** The history of a run in Temporal's JSON form, once the run has ended. Null: it is gone. */
  readHistory(input: ExportInput, signal: AbortSignal): Promise<unknown>;
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
