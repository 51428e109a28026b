/** What the runner and the processes that run tests for it say to each other. */
import type { Style } from './schemata.ts';

/** A test by its file and its place among that file's tests. */
export type TestName = { file: string; at: number };

export type Order =
  /** Runs a file's tests without a mutant, but for those named. */
  | { kind: 'observe'; file: string; leftOut: readonly string[] }
  /** Runs tests with a mutant until one fails. */
  | { kind: 'run'; mutant: number; tests: (TestName & { most: number })[] };

export type Observed = {
  name: string;
  milliseconds: number;
  reached: number[];
  rounds: number;
  failure: string | null;
};

export type Report =
  | { kind: 'ready' }
  | { kind: 'observed'; file: string /** Reached while the file was loaded. */; loaded: number[]; tests: Observed[] }
  | { kind: 'begins'; test: TestName }
  /** The tests say nothing of the mutant: a file could not be loaded, although it was not there yet. */
  | { kind: 'broken'; why: string }
  | { kind: 'ran'; mutant: number; killedBy: (TestName & { name: string; why: string }) | null };

/** The text with all mutants, by the path of its file, in both styles; the workflow bundle where one is needed. */
export type Instrumented = { texts: Record<Style, Record<string, string>>; bundle: string | null };
