/** Runs the mutants of a group of files: first all tests without one, then each mutant with the tests that reach it. */
import { mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import type { Mutant } from './build.ts';
import { type KilledBy, type ObservedFile, type Task, TestProcess } from './pool.ts';
import type { Style } from './schemata.ts';

export type Result = { mutant: Mutant; killedBy: KilledBy | null; tests: number };
export type Setting = {
  /** Of `build`. */
  folder: string;
  root: string;
  jobs: number;
  leftOut: readonly string[];
  /** Ends all when it aborts. */
  signal?: AbortSignal;
  say: (line: string) => void;
};

/** A test may take this many times as long with a mutant, and this much more. */
const slower = 4;
const graceMs = 5_000;
/** So many more rounds of loops may a test take; then the mutant made one endless. */
const moreOften = 20;
const moreAtLeast = 200_000;

/** A test as it ran without a mutant. */
type Baseline = Task & { took: number; reached: ReadonlySet<number>; loads: ReadonlySet<number> };

/** @throws Error when a test fails without a mutant */
export async function observeTests(files: readonly string[], setting: Setting): Promise<ObservedFile[]> {
  const observed: ObservedFile[] = [];
  await inParallel(files, 'call', setting, async (file, process_) => {
    const seen = await process_.observe(file, setting.leftOut);
    // Each file by itself: what another has loaded is not loaded again, and would not be seen.
    process_.end();
    const failed = seen.tests.find(({ failure }) => failure !== null);
    if (failed !== undefined) throw new Error(`without a mutant, ${file} fails: ${failed.name}: ${failed.failure}`);
    observed.push(seen);
    setting.say(
      `${observed.length} of ${files.length} files of tests observed: ${relative(setting.root, file)}, ${seen.tests.length} tests, ${(sumOf(seen) / 1000).toFixed(1)} s`,
    );
  });
  return observed;
}

const sumOf = ({ tests }: ObservedFile) => tests.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

export async function killMutants(
  mutants: readonly Mutant[],
  observed: readonly ObservedFile[],
  setting: Setting,
): Promise<Result[]> {
  const baselines = observed.flatMap(baselinesOf);
  const kills = new Map<Baseline, number>();
  const results: Result[] = [];
  const begun = Date.now();
  await inParallel(mutants, 'compare', setting, async (mutant, warm) => {
    const { inTest, atLoad } = testsFor(mutant, baselines, kills);
    const tests = [...new Set([...inTest, ...atLoad])];
    const killedBy = (await attempt(mutant, inTest, warm)) ?? (await attemptFromTheStart(mutant, atLoad, setting));
    const killer = tests.find(({ file, at }) => file === killedBy?.test.file && at === killedBy.test.at);
    if (killer !== undefined) kills.set(killer, (kills.get(killer) ?? 0) + 1);
    results.push({ mutant, killedBy, tests: tests.length });
    if (results.length % 50 === 0) {
      const seconds = (Date.now() - begun) / 1000;
      setting.say(`${results.length} of ${mutants.length} mutants, ${(seconds / results.length).toFixed(2)} s each`);
    }
  });
  return results.sort((one, other) => one.mutant.id - other.mutant.id);
}

async function attempt({ id }: Mutant, tests: readonly Baseline[], process_: TestProcess): Promise<KilledBy | null> {
  return tests.length === 0 ? null : process_.run(id, tests);
}

/** What runs as a file is loaded was run long before a warm process hears of the mutant. */
async function attemptFromTheStart(mutant: Mutant, tests: readonly Baseline[], setting: Setting) {
  const fresh = new TestProcess({ ...setting, style: 'compare', fromTheStart: mutant.id });
  try {
    return await attempt(mutant, tests, fresh);
  } finally {
    fresh.end();
  }
}

function testsFor({ id }: Mutant, baselines: readonly Baseline[], kills: ReadonlyMap<Baseline, number>) {
  const price = (test: Baseline) => test.took / (1 + (kills.get(test) ?? 0));
  // Quick ones first, and those that have killed before.
  const chosen = (tests: readonly Baseline[]) => tests.toSorted((one, other) => price(one) - price(other));
  return {
    inTest: chosen(baselines.filter(({ reached }) => reached.has(id))),
    atLoad: chosen(baselines.filter(({ loads }) => loads.has(id))),
  };
}

function baselinesOf({ file, loaded, tests }: ObservedFile): Baseline[] {
  const loads = new Set(loaded);
  return tests.map(({ milliseconds, rounds, reached }, at) => ({
    file,
    at,
    took: milliseconds,
    milliseconds: milliseconds * slower + graceMs,
    most: rounds * moreOften + moreAtLeast,
    reached: new Set(reached),
    loads,
  }));
}

/** Each process takes the next item; the first error ends all. */
async function inParallel<Item>(
  items: readonly Item[],
  style: Style,
  { folder, root, jobs, signal }: Setting,
  act: (item: Item, process_: TestProcess) => Promise<void>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const left = [...items];
  const processes = Array.from({ length: jobs }, () => new TestProcess({ folder, root, style }));
  const end = () => {
    for (const each of processes) each.end();
  };
  const stop = () => {
    left.length = 0;
    end();
  };
  signal?.addEventListener('abort', stop);
  process.once('exit', end);
  try {
    await Promise.all(
      processes.map(async (each) => {
        for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item, each);
      }),
    );
    signal?.throwIfAborted();
  } finally {
    end();
    process.off('exit', end);
    signal?.removeEventListener('abort', stop);
  }
}
