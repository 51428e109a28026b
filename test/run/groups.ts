/**
 * Which test files share a process. Starting Node and reading Temporal's SDK takes longer than the tests of most files,
 * so only a file that needs a process of its own has one.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';

const checkout = join(import.meta.dirname, '../..');

/**
 * Folders of `test` whose files run one after the other in one process. Those of no group are run alone. Long ones come
 * first, and beside those that wait for servers stand those that compute.
 */
const groups = {
  workflows: ['isolation', 'pipeline', 'profiles', 'workflows'],
  rules: ['agents', 'bench', 'config', 'fuzz', 'harness', 'lib', 'router-fit'],
  faults: ['benchmark', 'faults'],
  stores: ['shared-store'],
  commands: ['client', 'codecs', 'runtime'],
  models: ['activities', 'foreign-tools', 'models', 'offline-model', 'support'],
  surfaces: ['application', 'mcp', 'serve'],
  traces: ['observability', 'worker'],
  repositories: ['retrieval'],
  project: ['project', 'question-maker'],
};

export type Group = keyof typeof groups;

export const groupNames = Object.keys(groups) as Group[];

/** Files of these folders that are run alone. */
const alone: ReadonlySet<string> = new Set([
  // They start processes, and wait for them more than they work.
  'test/bench/peers.test.ts',
  'test/project/recipes.test.ts',
  'test/worker/host-runtime.test.ts',
  'test/worker/lost-calls.test.ts',
  'test/worker/worker.test.ts',
  // Most of its time is computing, which would hold up the others.
  'test/project/regular-expressions.test.ts',
  // It bundles workflows in its process, as a program of one's own does: the compiler stays in memory.
  'test/worker/own-worker.test.ts',
  // Its process has the settings of a worker.
  'test/profiles/secrets.test.ts',
  // All scenes of its process use its server, which nobody without its key can list.
  'test/codecs/encrypted-runs.test.ts',
  // Its runtime of Temporal logs nothing.
  'test/worker/start-failure.test.ts',
]);

/**
 * Files that start git many times go before the others of their group: the more memory a process has by then, the longer
 * it takes to start another, ten times as long with 500 MB.
 */
const first: ReadonlySet<string> = new Set([
  'test/retrieval/snapshot/known-checkouts.test.ts',
  'test/retrieval/snapshot/git-snapshot.test.ts',
  'test/retrieval/reading/submodules.test.ts',
  'test/retrieval/snapshot/worktree.test.ts',
  'test/retrieval/snapshot/folder-snapshot.test.ts',
  'test/retrieval/reading/secrets.test.ts',
  'test/retrieval/reading/left-out.test.ts',
  'test/retrieval/search.test.ts',
]);

const filesIn = (folder: string): string[] => globSync(`${folder}/**/*.test.ts`, { cwd: checkout }).toSorted();

export function filesOf(group: Group): string[] {
  const files = groups[group].flatMap((folder) => filesIn(`test/${folder}`)).filter((file) => !alone.has(file));
  return files.toSorted((one, other) => Number(first.has(other)) - Number(first.has(one)));
}

/** Of the files that are run alone, those that take longest: begun last, they would run while nothing is left beside them. */
const longest: ReadonlySet<string> = new Set([
  'test/e2e/kills.test.ts',
  'test/examples/own-worker.test.ts',
  'test/worker/worker.test.ts',
  'test/e2e/worker-and-server-killed.test.ts',
  'test/project/recipes.test.ts',
  'test/worker/host-runtime.test.ts',
  'test/e2e/one-runtime.test.ts',
  'test/worker/own-worker.test.ts',
  'test/worker/lost-calls.test.ts',
  'test/codecs/encrypted-runs.test.ts',
]);

/** The longest first. */
export function filesAlone(): string[] {
  const grouped = new Set(groupNames.flatMap(filesOf));
  const others = filesIn('test').filter((file) => !grouped.has(file) && !longest.has(file));
  return [...longest, ...others];
}

/** Runs a group's files in this process, each as a suite: its `before` and `after` are its own. */
export function runHere(group: Group): void {
  for (const file of filesOf(group)) void describe(file, () => import(join(checkout, file)));
}
