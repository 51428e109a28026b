/** What the runner and the processes that run tests for it say to each other. */

/** A test by its file and its place among that file's tests. */
export type TestName = { file: string; at: number };

export type Order =
  /** Runs a file's tests without a mutant, but for those named. */
  | { kind: 'observe'; file: string; leftOut: readonly string[] }
  /** Runs tests with a mutant until one fails. */
  | { kind: 'run'; mutant: number; tests: (TestName & { most: number })[] };

export type Observed = { name: string; milliseconds: number; reached: number[]; asked: number; failure: string | null };

export type Report =
  | { kind: 'ready' }
  | { kind: 'observed'; file: string /** Reached while the file was loaded. */; loaded: number[]; tests: Observed[] }
  | { kind: 'begins'; test: TestName }
  | { kind: 'ran'; mutant: number; killedBy: (TestName & { name: string; why: string }) | null };

/** The text with all mutants, by the path of its file, and the workflow bundle where one is needed. */
export type Instrumented = { sources: Record<string, string>; bundle: string | null; folder: string };
