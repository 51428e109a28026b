/** Preloaded by a process that runs tests: files with mutants, a workflow bundle with mutants, and tests that are collected. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { writeSettings } from './bundled-switch.ts';
import type { Instrumented } from './messages.ts';
import type { Style } from './schemata.ts';

const folder = process.env.MUTANTS_FOLDER ?? '';
const style = process.env.MUTANTS_STYLE as Style;
const root = join(import.meta.dirname, '../..');
const urlOf = (path: string) => pathToFileURL(join(root, path)).href;
/** What workflows of this process report as reached, one number a line. */
export const reportPath = join(folder, `reached-${process.pid}`);

// The SDK would note the stack of every promise for a query that nobody asks: a third of a replay.
v8.promiseHooks.createHook = () => {
  throw new Error('no stacks of promises');
};

const hasWorkflows = isMainThread && installed();

/** @returns whether there is a workflow bundle */
function installed(): boolean {
  const { texts: all, bundle } = JSON.parse(readFileSync(join(folder, 'instrumented.json'), 'utf8')) as Instrumented;
  const texts = new Map(Object.entries(all[style]).map(([path, text]) => [pathToFileURL(path).href, text]));
  if (bundle !== null) for (const [path, text] of replacements(bundle)) texts.set(urlOf(path), text);
  const tests = new URL('./collected-tests.ts', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'node:test'
        ? { url: tests, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) => {
      const source = texts.get(url);
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
    },
  });
  return bundle !== null;
}

/**
 * The bundle with mutants in place of the project's; and one set of retrieval threads, and one worker for replays, whose
 * start is most of a short run.
 */
function replacements(codePath: string): [path: string, text: string][] {
  return [
    [
      'worker/workflow-bundle.ts',
      `export * from './workflow-bundle.ts?but-for-the-bundle';
export const workflowBundle = async () => (${JSON.stringify({ codePath })});`,
    ],
    [
      'retrieval/worker-threads/threads.ts',
      `import { createThreads as create } from './threads.ts?one-for-all';
const { run } = create();
export const createThreads = () => ({ run, start: () => {}, close: async () => {} });`,
    ],
    [
      'test/replay/replayer.ts',
      `import { Replayer as Each } from './replayer.ts?one-for-all';
const one = new Each(${JSON.stringify({ codePath })});
export class Replayer {
  replay(history) { return one.replay(history); }
  async close() {}
}`,
    ],
  ];
}

/** Workflows that begin from now on have this mutant. */
export function activateInWorkflows(active: number, observing: boolean): void {
  if (!hasWorkflows) return;
  writeSettings(folder, { active, most: observing ? 1e9 : 2_000_000, report: observing ? reportPath : '' });
}

/** An error that a mutant raises in a workflow fails it: else the server would try the task again for ever. */
export async function failWorkflowsAtOnce(): Promise<void> {
  if (!hasWorkflows) return;
  const { Worker } = await import('@temporalio/worker');
  const { create, runReplayHistories } = Worker;
  const workflowFailureErrorTypes = { '*': ['Error'] };
  // Of whichever class derived from it they are asked.
  Worker.create = function (options) {
    return create.call(this, { ...options, workflowFailureErrorTypes });
  };
  Worker.runReplayHistories = function (options, histories) {
    return runReplayHistories.call(this, { ...options, workflowFailureErrorTypes }, histories);
  };
}
