/** What activities need from the outside, as small as they need it; worker/ builds it, tests hand in their own. */
import type { ChatModel } from '../models/chat-model.ts';
import type { ReplyJournal } from '../models/journal.ts';
import type { ContentStore } from '../retrieval/store/content-store.ts';
import type { Retrieval } from '../retrieval/repository.ts';
import type { OwnTools } from '../retrieval/tools/own-tools.ts';
import type { BenchmarkDependencies } from './benchmark/dependencies.ts';
import type { TraceExport } from './tracing/export-spans.ts';
import type { ModelRole } from '../contracts/chat.ts';

export type ActivityDependencies = {
  model: ChatModel;
  /** The model that answers for a role when a spec names none. */
  modelByRole: Readonly<Record<ModelRole, string>>;
  journal: ReplyJournal;
  content: ContentStore;
  retrieval: Retrieval;
  ownTools: OwnTools;
  traces: TraceExport;
  benchmarks: BenchmarkDependencies;
  /** Search attributes that the server takes. */
  searchAttributes: readonly string[];
};
