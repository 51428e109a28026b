/** The work that runs in threads, as plain messages: what is asked, and how the answer comes back. */
import type { CheckedCitation, Citation, Evidence } from '../../contracts/evidence.ts';
import type { SourceFile } from '../../contracts/evaluation/question-making.ts';
import type { Snapshot, SnapshotRef } from '../../contracts/snapshot.ts';
import type { SearchRow, ToolRequest } from '../../contracts/tools.ts';
import type { Explained } from '../snapshot/explain-path.ts';
import type { RowsRequest } from '../search/search.ts';
import type { DenseQuery } from '../search/dense-ranking.ts';
import type { SearchAids } from '../tools/tool-table.ts';
import type { SearchCandidate } from '../../contracts/agent.ts';
import type { Coverage, Embedded, UnembeddedBatch } from '../store/vector-store.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { LinesFound, LinesRequest } from '../tools/file-lines.ts';
import type { ToolRun } from '../tools/rendering.ts';

/** `dataDirectory` is the folder that holds the indexes. */
export type ThreadTask = { dataDirectory: string } & (
  | { kind: 'build'; source: SnapshotSource }
  | { kind: 'find'; ref: SnapshotRef }
  /** Completes the index of a snapshot whose text is stored. */
  | { kind: 'finish'; ref: SnapshotRef }
  | {
      kind: 'tool';
      ref: SnapshotRef;
      request: ToolRequest;
      allowed: readonly string[];
      aids: SearchAids;
      /** Of tools of one's own, absolute paths. */
      toolModules: readonly string[];
    }
  | { kind: 'candidates'; ref: SnapshotRef; request: ToolRequest; dense: DenseQuery | null }
  | { kind: 'search'; ref: SnapshotRef; request: RowsRequest; dense: DenseQuery | null }
  | { kind: 'coverage'; ref: SnapshotRef; identity: string }
  | { kind: 'unembedded'; ref: SnapshotRef; identity: string; after: number; limit: number }
  | { kind: 'vectors'; ref: SnapshotRef; identity: string; bought: Embedded[] }
  | { kind: 'explain'; ref: SnapshotRef; source: SnapshotSource; path: string }
  | { kind: 'citations'; ref: SnapshotRef; citations: Citation[] }
  | { kind: 'files'; ref: SnapshotRef; after: number }
  | { kind: 'render'; ref: SnapshotRef; evidence: Evidence[] }
  | { kind: 'lines'; ref: SnapshotRef; request: LinesRequest }
);

export type ThreadResults = {
  build: Snapshot;
  /** Null: not held, or not complete. */
  find: Snapshot | null;
  /** Null: its text is not stored. */
  finish: Snapshot | null;
  tool: ToolRun;
  /** Empty for what is no search. */
  candidates: SearchCandidate[];
  search: SearchRow[];
  coverage: Coverage;
  unembedded: UnembeddedBatch;
  /** Stored. */
  vectors: null;
  explain: Explained;
  citations: CheckedCitation[];
  files: FilePage;
  render: string;
  lines: LinesFound;
};

/**
 * `reading`: text is copied into the store; `indexing`: it is made searchable; `embedding`: its chunks get vectors.
 * Counts are files, of `embedding` chunks.
 */
export type OpenProgress = {
  stage: 'fetching' | 'reading' | 'indexing' | 'embedding';
  done: number;
  total: number | null;
};
export type OnProgress = (progress: OpenProgress) => void;

/** Sent by the thread while it works; `started` begins the task's deadline. */
export type ThreadNews = { kind: 'started' } | { kind: 'progress'; progress: OpenProgress };

/** Files of a snapshot in the order of their paths; `next` continues, null after the last. */
export type FilePage = { files: SourceFile[]; next: number | null };

/** Error classes do not survive the way between threads: a failure travels as a value and is thrown on arrival. */
export type ThreadReply =
  | { kind: 'result'; result: ThreadResults[keyof ThreadResults] }
  | { kind: 'unusable'; message: string }
  | { kind: 'absent'; snapshot: string };
