/** What runs inside a thread: takes one task, answers with a value, and keeps stores open between tasks. */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { MessagePort } from 'node:worker_threads';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import { checkCitations } from '../citations/citations.ts';
import { explainPath } from '../snapshot/explain-path.ts';
import { RepositoryUnusable } from '../failures.ts';
import { fileLines } from '../tools/file-lines.ts';
import { renderEvidence } from '../tools/rendering.ts';
import { searchRows } from '../search/search.ts';
import { searchCandidates } from '../tools/search-tools.ts';
import { buildSnapshot, finishSnapshot } from '../snapshot/snapshot-build.ts';
import { openView, type SnapshotView } from '../snapshot/snapshot-view.ts';
import { filePage } from '../reading/file-page.ts';
import { shareBuildLock } from '../store/build-lock.ts';
import { generationOf, markUsed } from '../store/snapshot-use.ts';
import { openStore, storeFile } from '../store/store.ts';
import type { OpenProgress, ThreadNews, ThreadReply, ThreadResults, ThreadTask } from './thread-tasks.ts';
import { loadOwnTools } from '../tools/own-tools.ts';
import { runTool } from '../tools/tools.ts';
import { coverageOf, nextUnembedded, storeVectors } from '../store/vector-store.ts';
import { LruMap } from '../../lib/lru.ts';

const maxOpen = 6;
type HeldStore = { store: DatabaseSync; inode: number | null };
const stores = new LruMap<string, HeldStore>(maxOpen, close);
/** Snapshots never change, so neither do views of them, until the store is swept. */
const views = new LruMap<string, { view: SnapshotView; generation: number }>(maxOpen);

type Given = { task: ThreadTask; outbox: MessagePort | null };

/** The entry point for the pool; `outbox` carries news while the task runs, where somebody waits for that. */
export async function runThreadTask({ task, outbox }: Given): Promise<ThreadReply> {
  const tell = (news: ThreadNews) => outbox?.postMessage(news);
  try {
    tell({ kind: 'started' });
    return await answer(task, (progress) => tell({ kind: 'progress', progress }));
  } catch (error) {
    if (error instanceof RepositoryUnusable) return { kind: 'unusable', message: error.message };
    throw error;
  } finally {
    outbox?.close();
  }
}

/** Another entry point: what is asked for is a thread that has loaded this file. */
export const start = (): null => null;

async function answer(task: ThreadTask, onProgress: (progress: OpenProgress) => void): Promise<ThreadReply> {
  if (task.kind === 'build') {
    using _lock = shareBuildLock(task.dataDirectory, task.source.repositoryKey);
    const store = storeOf(task.dataDirectory, task.source.repositoryKey);
    return { kind: 'result', result: await buildSnapshot(store, task.source, onProgress) };
  }
  const { dataDirectory, ref } = task;
  if (task.kind === 'finish') {
    using _lock = shareBuildLock(dataDirectory, ref.repositoryKey);
    const held = inodeOf(storeFile(dataDirectory, ref.repositoryKey)) !== null;
    const store = held ? storeOf(dataDirectory, ref.repositoryKey) : null;
    return { kind: 'result', result: store && (await finishSnapshot(store, ref.repositoryKey, ref.id, onProgress)) };
  }
  const view = viewOf(dataDirectory, ref);
  if (task.kind === 'find') {
    const held = view !== null && markUsed(view.store, view.number, ref.id);
    return { kind: 'result', result: held ? view.snapshot : null };
  }
  if (view === null) return { kind: 'absent', snapshot: ref.id };
  return { kind: 'result', result: await answerFrom(view, task) };
}

type ViewTask = Exclude<ThreadTask, { kind: 'build' | 'finish' | 'find' }>;

async function answerFrom(view: SnapshotView, task: ViewTask): Promise<ThreadResults[ViewTask['kind']]> {
  switch (task.kind) {
    case 'tool':
      return runTool(view, task.request, task.allowed, task.aids, await loadOwnTools(task.toolModules));
    case 'candidates':
      return searchCandidates(view, task.request, task.dense);
    case 'search':
      return searchRows(view, task.request, task.dense);
    case 'explain':
      return explainPath(view, task.source, task.path);
    case 'citations':
      return checkCitations(view, task.citations);
    case 'files':
      return filePage(view, task.after);
    case 'render':
      return renderEvidence(view, task.evidence);
    case 'lines':
      return fileLines(view, task.request);
    case 'coverage':
      return coverageOf(view, task.identity);
    case 'unembedded':
      return nextUnembedded(view, task.identity, task.after, task.limit);
    case 'vectors':
      storeVectors(view.store, task.identity, task.bought);
      return null;
    default:
      throw task satisfies never;
  }
}

function storeOf(dataDirectory: string, repositoryKey: string): DatabaseSync {
  const file = storeFile(dataDirectory, repositoryKey);
  const inode = inodeOf(file);
  const held = stores.get(file);
  if (held !== undefined && inode !== null && held.inode === inode) return held.store;
  stores.delete(file);
  if (held !== undefined) close(held);
  const opened = openHeld(file, dataDirectory, repositoryKey);
  stores.set(file, opened);
  return opened.store;
}

/** A sweep may remove an empty store: then what was opened is no longer the file of that name. */
function openHeld(file: string, dataDirectory: string, repositoryKey: string): HeldStore {
  for (;;) {
    const before = inodeOf(file);
    const store = openStore(dataDirectory, repositoryKey);
    const inode = inodeOf(file);
    if (inode !== null && (before === null || before === inode)) return { store, inode };
    store.close();
  }
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

function close({ store }: HeldStore): void {
  for (const [key, { view }] of views) if (view.store === store) views.delete(key);
  store.close();
}

function viewOf(dataDirectory: string, ref: SnapshotRef): SnapshotView | null {
  const file = storeFile(dataDirectory, ref.repositoryKey);
  if (inodeOf(file) === null) return null;
  const store = storeOf(dataDirectory, ref.repositoryKey);
  const generation = generationOf(store);
  const key = `${file}\0${ref.id}`;
  const known = views.get(key);
  const view = known?.generation === generation ? known.view : openView(store, ref.repositoryKey, ref.id);
  if (view === null) return null;
  views.set(key, { view, generation });
  return view;
}
