/**
 * Which test files share a process. Starting Node and reading Temporal's SDK takes longer than the tests of most files,
 * so only a file that needs a process of its own has one.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';

const checkout = join(import.meta.dirname, '../..');

/**
 * Folders of `test` whose files run one after the other in one process, the longest first. Those of no group are run alone.
 */
const groups = {
  workflows: ['isolation', 'pipeline', 'profiles', 'workflows'],
  commands: ['client', 'codecs', 'runtime'],
  faults: ['benchmark', 'faults'],
  surfaces: ['application', 'mcp', 'serve'],
  traces: ['observability', 'worker'],
  repositories: ['retrieval'],
  models: ['activities', 'models', 'offline-model', 'support'],
  rules: ['agents', 'bench', 'config', 'fuzz', 'harness', 'lib', 'router-fit'],
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

const filesIn = (folder: string): string[] => globSync(`${folder}/**/*.test.ts`, { cwd: checkout }).toSorted();

export function filesOf(group: Group): string[] {
  return groups[group].flatMap((folder) => filesIn(`test/${folder}`)).filter((file) => !alone.has(file));
}

export function filesAlone(): string[] {
  const grouped = new Set(groupNames.flatMap(filesOf));
  return filesIn('test').filter((file) => !grouped.has(file));
}

/** Runs a group's files in this process, each as a suite: its `before` and `after` are its own. */
export function runHere(group: Group): void {
  for (const file of filesOf(group)) void describe(file, () => import(join(checkout, file)));
}
