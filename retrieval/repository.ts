/** Opens repositories as immutable snapshots and answers every question about their text, off the caller's event loop. */
import type { CheckedCitation, Citation, Evidence } from '../contracts/evidence.ts';
import type { CommitChanges, SourceFile } from '../contracts/evaluation/question-making.ts';
import type { RepositoryRef, Snapshot, SnapshotRef } from '../contracts/snapshot.ts';
import type { SearchCandidate } from '../contracts/agent.ts';
import type { PlaceId, SearchRow, ToolRequest } from '../contracts/tools.ts';
import type { Explained } from './snapshot/explain-path.ts';
import type { EmbeddingReport } from './index/embed-snapshot.ts';
import { readChanges } from './reading/commit-changes.ts';
import { fetchSnapshotSource, keyOfUrl } from './snapshot/git-fetch.ts';
import { locateKnownCommit, locateRepository } from './snapshot/locate-repository.ts';
import type { RowsRequest } from './search/search.ts';
import { readSearch } from './tools/search-tools.ts';
import { SnapshotUnavailable } from './failures.ts';
import { LruMap } from '../lib/lru.ts';
import { type Build, sharedBuilds } from './snapshot/shared-builds.ts';
import { type CommitSource, commitSnapshotId } from './snapshot/snapshot-source.ts';
import { createThreads, type Threads } from './worker-threads/threads.ts';
import type { FilePage, OnProgress } from './worker-threads/thread-tasks.ts';
import type { LinesFound, LinesRequest } from './tools/file-lines.ts';
import { toolDeadlineMs, toolError, type ToolRun } from './tools/rendering.ts';
import { withoutVectors } from './search/query-embedding.ts';
import { type EmbeddedSearchOptions, openEmbeddedSearch } from './search/embedded-search.ts';

/**
 * Every method ends soon after its signal aborts, with the signal's reason. The methods that take a snapshot throw
 * SnapshotUnavailable when this machine does not hold it.
 */
export type Retrieval = AsyncDisposable & {
  /** Pins the reference and copies its text into the store. @throws RepositoryUnusable */
  open(ref: RepositoryRef, options: { signal: AbortSignal; onProgress?: OnProgress }): Promise<Snapshot>;
  /**
   * The same for a checkout that was opened before and has not moved since, which takes milliseconds; null of any other.
   * @throws RepositoryUnusable
   */
  openKnown(ref: RepositoryRef, signal: AbortSignal): Promise<Snapshot | null>;
  /** Makes sure that the snapshot is here, fetching it by its URL if need be. @throws SnapshotUnavailable */
  ensure(ref: SnapshotRef, signal: AbortSignal, onProgress?: OnProgress): Promise<Snapshot>;
  /** Runs a tool as a model asked for it; what the model did wrong is a result with status `error`. */
  runTool(
    ref: SnapshotRef,
    request: ToolRequest,
    allowed: readonly string[],
    signal: AbortSignal,
    /** Places of a search that go first. */
    order?: readonly PlaceId[],
  ): Promise<ToolRun>;
  /** The query and the places that a search tool would choose from, best first, at most 30; none for what is no search. */
  candidates(
    ref: SnapshotRef,
    request: ToolRequest,
    signal: AbortSignal,
  ): Promise<{ query: string; places: SearchCandidate[] }>;
  /** Has the snapshot's chunks embedded; null where no endpoint is configured. One that fails is named in the report. */
  embed(ref: SnapshotRef, signal: AbortSignal, onProgress?: OnProgress): Promise<EmbeddingReport | null>;
  /** Files ranked for a query, one row each, best first. */
  search(ref: SnapshotRef, request: RowsRequest, signal: AbortSignal): Promise<SearchRow[]>;
  /** Names the store of a repository, whatever the ref: equal for snapshots of the same one. @throws RepositoryUnusable */
  keyOf(ref: RepositoryRef, signal: AbortSignal): Promise<string>;
  /** Whether a path of the repository is searchable, and if not, why. @throws RepositoryUnusable */
  explain(ref: RepositoryRef, path: string, signal: AbortSignal): Promise<Explained>;
  /** One checked citation for each given, in the same order. */
  checkCitations(ref: SnapshotRef, citations: Citation[], signal: AbortSignal): Promise<CheckedCitation[]>;
  /** Every file of the snapshot with its text, a page at a time. */
  files(ref: SnapshotRef, signal: AbortSignal): AsyncGenerator<SourceFile>;
  /** Recent commits before a pinned reference with the lines that they added; none where there is no git history. */
  changes(ref: RepositoryRef, signal: AbortSignal): Promise<CommitChanges[]>;
  /** The places as text, in the rendering of tool results. */
  render(ref: SnapshotRef, evidence: Evidence[], signal: AbortSignal): Promise<string>;
  /** Lines of one file as they stand. */
  lines(ref: SnapshotRef, request: LinesRequest, signal: AbortSignal): Promise<LinesFound>;
  /** Starts a thread before the first call needs it. */
  start(): void;
  /** Ends all work in progress and its threads; calls still open are rejected. */
  close(): Promise<void>;
};

export type RetrievalSettings = {
  /** The absolute folder that holds the indexes (`index/`) and the clones (`git/`). */
  dataDirectory: string;
  /** Absent or null: search is by words alone. */
  vectors?: EmbeddedSearchOptions | null;
  /** Shared with other retrievals of this process, and left running by `close`; threads of its own unless given. */
  threads?: Threads;
  /** Modules with tools of one's own, absolute paths; `loadOwnTools` says whether they can be used. */
  toolModules?: readonly string[];
};

/** Starts threads with the first call. Its calls throw the errors of retrieval/failures.ts, and the signal's reason. */
export function createRetrieval(settings: RetrievalSettings): Retrieval {
  const { dataDirectory, threads: shared } = settings;
  const all = shared ?? createThreads();
  const close = async () => (shared === undefined ? all.close() : undefined);
  const held = new HeldSnapshots();
  const threads = held.watching(all);
  const build = sharedBuilds((source, options) =>
    threads.run('build', { kind: 'build', dataDirectory, source }, options),
  );
  return {
    ...openingsOf(threads, { dataDirectory, build, held }),
    ...searchesOf(threads, settings),
    ...readingsOf(threads, settings),
    async explain(repository, path, signal) {
      const source = await locateRepository(repository, dataDirectory, signal);
      const { id, repositoryKey, url } = await build(source, { signal });
      return threads.run(
        'explain',
        { kind: 'explain', dataDirectory, ref: { id, repositoryKey, url }, source, path },
        { signal },
      );
    },
    checkCitations: (ref, citations, signal) =>
      threads.run('citations', { kind: 'citations', dataDirectory, ref, citations }, { signal }),
    render: (ref, evidence, signal) =>
      threads.run('render', { kind: 'render', dataDirectory, ref, evidence }, { signal }),
    lines: (ref, request, signal) => threads.run('lines', { kind: 'lines', dataDirectory, ref, request }, { signal }),
    start: () => threads.start(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Snapshots that were here when they were last looked for. One that is gone shows when it is read; one that is in use is
 * looked for, and so marked as used, every minute.
 */
class HeldSnapshots {
  readonly #held = new LruMap<string, { snapshot: Snapshot; atMs: number }>(100);

  get(id: string): Snapshot | undefined {
    const known = this.#held.get(id);
    return known !== undefined && Math.abs(Date.now() - known.atMs) < 60_000 ? known.snapshot : undefined;
  }

  add(snapshot: Snapshot): Snapshot {
    this.#held.set(snapshot.id, { snapshot, atMs: Date.now() });
    return snapshot;
  }

  watching(threads: Threads): Threads {
    const run: Threads['run'] = (kind, task, options) =>
      threads.run(kind, task, options).catch((error: unknown) => {
        if (error instanceof SnapshotUnavailable) this.#held.clear();
        throw error;
      });
    return { ...threads, run };
  }
}

type Openings = Pick<Retrieval, 'open' | 'openKnown' | 'ensure' | 'keyOf'>;
type OpeningParts = { dataDirectory: string; build: Build; held: HeldSnapshots };

/** What finds a snapshot or makes it. */
function openingsOf(threads: Threads, { dataDirectory, build, held }: OpeningParts): Openings {
  const find = (ref: SnapshotRef, signal: AbortSignal) =>
    threads.run('find', { kind: 'find', dataDirectory, ref }, { signal });
  return {
    async open(ref, { signal, onProgress }) {
      const source = await locateRepository(ref, dataDirectory, signal, onProgress);
      const isFinal = source.kind === 'commit' && source.worktree === null;
      const found = isFinal ? await find(refOf(source), signal) : null;
      return found === null ? build(source, { signal, onProgress }) : { ...found, label: source.label };
    },
    async openKnown(ref, signal) {
      const source = await locateKnownCommit(ref, dataDirectory);
      if (source === null) return null;
      const found = await find(refOf(source), signal);
      return found === null ? null : { ...found, label: source.label };
    },
    async keyOf(ref, signal) {
      if (ref.kind === 'url') return keyOfUrl(ref.url);
      return (await locateRepository({ kind: 'path', path: ref.path }, dataDirectory, signal)).repositoryKey;
    },
    async ensure(ref, signal, onProgress) {
      const known = held.get(ref.id);
      if (known !== undefined) return known;
      const found =
        (await find(ref, signal)) ??
        (await threads.run('finish', { kind: 'finish', dataDirectory, ref }, { signal, onProgress }));
      if (found !== null) return held.add(found);
      const source = await fetchSnapshotSource(ref, dataDirectory, signal, onProgress);
      return build(source, { signal, onProgress });
    },
  };
}

type Readings = Pick<Retrieval, 'files' | 'changes'>;

/** What reads all of a snapshot, and what came before it. */
function readingsOf(threads: Threads, { dataDirectory }: RetrievalSettings): Readings {
  return {
    async *files(ref, signal) {
      for (let next: number | null = 0; next !== null; ) {
        const page: FilePage = await threads.run(
          'files',
          { kind: 'files', dataDirectory, ref, after: next },
          { signal },
        );
        yield* page.files;
        next = page.next;
      }
    },
    async changes(ref, signal) {
      const source = await locateRepository(ref, dataDirectory, signal);
      return source.kind === 'commit' ? readChanges(source, signal) : [];
    },
  };
}

type Searches = Pick<Retrieval, 'runTool' | 'candidates' | 'embed' | 'search'>;

/** What an embeddings endpoint may have a part in. */
function searchesOf(threads: Threads, settings: RetrievalSettings): Searches {
  const { dataDirectory, vectors = null, toolModules = [] } = settings;
  const embeddedSearch = vectors === null ? null : openEmbeddedSearch(threads, dataDirectory, vectors);
  const embedded = (ref: SnapshotRef, query: string, signal: AbortSignal) =>
    embeddedSearch === null ? Promise.resolve(withoutVectors) : embeddedSearch.embedQuery(ref, query, signal);
  return {
    async runTool(ref, request, allowed, signal, order = []) {
      const query = allowed.includes(request.tool) ? readSearch(request)?.query : undefined;
      const { dense, remark } = query === undefined ? withoutVectors : await embedded(ref, query, signal);
      const milliseconds = toolDeadlineMs(request.tool);
      const late = () => toolError(`${request.tool} took longer than ${milliseconds / 1000} s: ${lateAdvice(request)}`);
      const aids = { dense, order };
      const task = { kind: 'tool', dataDirectory, ref, request, allowed: [...allowed], aids, toolModules } as const;
      const run = await threads.run('tool', task, { signal, deadline: { milliseconds, late } });
      return remark === null ? run : { ...run, remark };
    },
    async candidates(ref, request, signal) {
      const query = readSearch(request)?.query;
      if (query === undefined) return { query: '', places: [] };
      const { dense } = await embedded(ref, query, signal);
      const task = { kind: 'candidates', dataDirectory, ref, request, dense } as const;
      return { query, places: await threads.run('candidates', task, { signal }) };
    },
    async embed(ref, signal, onProgress) {
      return embeddedSearch === null ? null : embeddedSearch.embedSnapshot(ref, signal, onProgress);
    },
    async search(ref, request, signal) {
      const { dense } = request.wordsAlone ? withoutVectors : await embedded(ref, request.query, signal);
      return threads.run('search', { kind: 'search', dataDirectory, ref, request, dense }, { signal });
    },
  };
}

function refOf(source: CommitSource): SnapshotRef {
  return { id: commitSnapshotId(source), repositoryKey: source.repositoryKey, url: source.url };
}

function lateAdvice(request: ToolRequest): string {
  return request.tool === 'grep'
    ? 'the pattern took too long, use a simpler one without nested repetition, or narrow with path'
    : 'narrow it with path, or ask for less';
}
