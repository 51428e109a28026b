/** A process that stays warm: it loads files of tests once, and runs single tests with one mutant after the other. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type Collected, collect } from './collected-tests.ts';
import { activateInWorkflows, failWorkflowsAtOnce, reportPath } from './hooks.ts';
import type { Observed, Order, Report } from './messages.ts';
import { activate, limitTo, observed } from './switch.ts';

/** Of a test without a mutant. */
const triesOfEach = 3;

const loaded = new Map<string, Collected[]>();
let unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
process.on('uncaughtException', (error) => unhandled.push(error));
// The same cases for every mutant, so that a score means the same twice.
fc.configureGlobal({ seed: 1 });

const tell = (report: Report) => process.send?.(report);

// A mutant of what runs as a file is loaded must be there before it.
const fromTheStart = Number(process.env.MUTANT_FROM_THE_START ?? 0);
activate(fromTheStart);

process.on('message', (order: Order) => {
  const work = order.kind === 'observe' ? observe(order) : run(order);
  work.then(tell, (error: unknown) => {
    throw error;
  });
});
process.on('disconnect', () => process.exit());
await failWorkflowsAtOnce();
tell({ kind: 'ready' });

async function testsOf(file: string): Promise<Collected[]> {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const tests = await collect(() => import(pathToFileURL(file).href));
  loaded.set(file, tests);
  return tests;
}

async function observe({ file, leftOut }: Extract<Order, { kind: 'observe' }>): Promise<Report> {
  activateInWorkflows(0, true);
  let broken: string | null = null;
  const load = await observed(async () => {
    await testsOf(file).catch((error: unknown) => {
      broken = String(error);
    });
  });
  if (broken !== null) return { kind: 'broken', why: broken };
  const tests: Observed[] = [];
  for (const [at, test] of (await testsOf(file)).entries()) {
    tell({ kind: 'begins', test: { file, at } });
    if (leftOut.includes(test.name)) tests.push(neverRun(test));
    else tests.push(await observedTest(test));
  }
  return { kind: 'observed', file, loaded: load.reached, tests };
}

const neverRun = ({ name }: Collected): Observed => ({ name, milliseconds: 0, reached: [], rounds: 0, failure: null });

async function observedTest(test: Collected): Promise<Observed> {
  let failure: string | null = null;
  // A busy machine can fail a test that waits for something.
  for (let tries = 1; ; tries += 1) {
    rmSync(reportPath, { force: true });
    const start = performance.now();
    const { reached, rounds } = await observed(async () => {
      failure = await failureOf(test);
    });
    const milliseconds = performance.now() - start;
    if (failure !== null && tries < triesOfEach) continue;
    const inWorkflows = existsSync(reportPath) ? readFileSync(reportPath, 'utf8').trim().split('\n').map(Number) : [];
    return { name: test.name, milliseconds, reached: [...new Set([...reached, ...inWorkflows])], rounds, failure };
  }
}

async function run({ mutant, tests }: Extract<Order, { kind: 'run' }>): Promise<Report> {
  activateInWorkflows(mutant, false);
  for (const { file, at, most } of tests) {
    tell({ kind: 'begins', test: { file, at } });
    const outcome = await outcomeOf({ file, at, most }, mutant);
    if ('broken' in outcome) return { kind: 'broken', why: `${file}: ${outcome.broken}` };
    const { name, why } = outcome;
    activate(fromTheStart);
    limitTo(Number.POSITIVE_INFINITY);
    if (why !== null) return { kind: 'ran', mutant, killedBy: { file, at, name, why } };
  }
  return { kind: 'ran', mutant, killedBy: null };
}

type Task = Extract<Order, { kind: 'run' }>['tests'][number];

type Outcome = { name: string; why: string | null } | { broken: string };

/** Rounds of loops while a file is loaded with a mutant that is there from the start. */
const mostAtLoad = 50_000_000;

/** A file that cannot be loaded with a mutant that is there from the start fails, too; else the mutant is not why. */
async function outcomeOf({ file, at, most }: Task, mutant: number): Promise<Outcome> {
  try {
    limitTo(fromTheStart === 0 ? Number.POSITIVE_INFINITY : mostAtLoad);
    const test = (await testsOf(file))[at];
    limitTo(most);
    if (test === undefined) return { name: `test ${at + 1}`, why: 'it is not declared any more' };
    // Only now: what a file makes as it is loaded stays for the mutants after this one.
    activate(mutant);
    return { name: test.name, why: await failureOf(test) };
  } catch (error) {
    return fromTheStart === 0 ? { broken: String(error) } : { name: 'the file', why: String(error) };
  }
}

async function failureOf(test: Collected): Promise<string | null> {
  unhandled = [];
  try {
    await test.run();
  } catch (error) {
    return String(error).split('\n', 1)[0] ?? '';
  }
  // Rejections that nobody handles are known a turn of the event loop later.
  await new Promise((resolve) => setImmediate(resolve));
  return unhandled.length > 0 ? String(unhandled[0]) : null;
}
