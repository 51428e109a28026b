/** Processes that run tests, each killed with all that it has started once a test takes too long. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Observed, Order, Report, TestName } from './messages.ts';
import type { Style } from './schemata.ts';

export type KilledBy = { test: TestName; name: string | null; why: string };
export type ObservedFile = { file: string; loaded: number[]; tests: Observed[] };

/** A test with the time that it may take and how many rounds of loops. */
export type Task = TestName & { milliseconds: number; most: number };

/** A single test without a mutant, on a busy machine. */
const observeMs = 180_000;
/** A process has this long to load a file of tests. */
const loadMs = 30_000;
/** What tests leave behind in a process (open handles, modules) goes with it. */
const runsOfOne = 400;

export type ProcessOptions = {
  /** Of `build`. */
  folder: string;
  root: string;
  style: Style;
  /** A mutant that is active from the start on. */
  fromTheStart?: number;
};

export class TestProcess {
  readonly #options: ProcessOptions;
  #child: ChildProcess | null = null;
  #runs = 0;
  /** Files of tests that it has loaded. */
  readonly #loaded = new Set<string>();

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** @throws Error when the process dies or takes too long */
  async observe(file: string, leftOut: readonly string[]): Promise<ObservedFile> {
    const report = await this.#ask({ kind: 'observe', file, leftOut }, () => observeMs);
    if ('silent' in report) throw new Error(`the tests of ${file} ${report.silent}`);
    if (report.kind === 'broken') throw new Error(`${file} cannot be loaded: ${report.why}`);
    if (report.kind !== 'observed') throw new Error(`the tests of ${file} did not run`);
    return report;
  }

  /** @throws Error when the tests say nothing of the mutant */
  async run(mutant: number, tasks: readonly Task[]): Promise<KilledBy | null> {
    let [at, begun] = [0, false];
    const limit = (begins: boolean) => {
      if (begins) [at, begun] = [begun ? at + 1 : at, true];
      const { file = '', milliseconds = 0 } = tasks[at] ?? {};
      const loads = !begins || !this.#loaded.has(file);
      if (begins) this.#loaded.add(file);
      return milliseconds + (loads ? loadMs : 0);
    };
    const report = await this.#ask(
      { kind: 'run', mutant, tests: tasks.map(({ file, at: place, most }) => ({ file, at: place, most })) },
      limit,
    );
    this.#runs += 1;
    if (this.#runs >= runsOfOne) this.end();
    if ('silent' in report) {
      const { file = '', at: place = 0 } = tasks[at] ?? {};
      return { test: { file, at: place }, name: null, why: report.silent };
    }
    if (report.kind === 'broken') throw new Error(`tests cannot be loaded beside each other: ${report.why}`);
    if (report.kind !== 'ran' || report.killedBy === null) return null;
    const { file, at: place, name, why } = report.killedBy;
    return { test: { file, at: place }, name, why };
  }

  end(): void {
    const child = this.#child;
    this.#child = null;
    this.#runs = 0;
    this.#loaded.clear();
    if (child?.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }

  /** @param limit milliseconds until the next sign of life: at first, and from each test that begins */
  async #ask(order: Order, limit: (begins: boolean) => number): Promise<Report | { silent: string }> {
    const child = this.#child ?? (await this.#started());
    if (child === null) return { silent: 'the process did not start' };
    const { promise, resolve } = Promise.withResolvers<Report | { silent: string }>();
    const silent = (why: string) => () => resolve({ silent: why });
    let timer = setTimeout(silent('took too long'), limit(false));
    const heard = (report: Report) => {
      if (report.kind !== 'begins') return resolve(report);
      clearTimeout(timer);
      timer = setTimeout(silent('took too long'), limit(true));
    };
    const died = silent('ended the process');
    child.on('message', heard).once('exit', died);
    child.send(order);
    const report = await promise;
    clearTimeout(timer);
    child.off('message', heard).off('exit', died);
    if ('silent' in report) this.end();
    return report;
  }

  async #started(): Promise<ChildProcess | null> {
    const { folder, root, style, fromTheStart = 0 } = this.#options;
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary, { recursive: true });
    const own = {
      MUTANTS_FOLDER: folder,
      MUTANTS_STYLE: style,
      MUTANT_FROM_THE_START: String(fromTheStart),
      TMPDIR: temporary,
    };
    const child = fork(join(import.meta.dirname, 'test-process.ts'), {
      cwd: root,
      detached: true,
      env: { ...process.env, ...own },
      execArgv: ['--disable-warning=ExperimentalWarning', '--import', new URL('./hooks.ts', import.meta.url).href],
      stdio: ['ignore', 'ignore', process.env.MUTANTS_STDERR === '1' ? 'inherit' : 'ignore', 'ipc'],
    });
    this.#child = child;
    const { promise, resolve } = Promise.withResolvers<ChildProcess | null>();
    child.once('message', () => resolve(child)).once('exit', () => resolve(null));
    return promise;
  }
}
