/** Which code has mutants, and which tests must kill them: a folder is held by the tests that are about it. */

export type Group = {
  name: string;
  /** Folders of code, from the project's root. */
  code: readonly string[];
  /** Patterns of files of tests. */
  tests: readonly string[];
  /** Files of tests, and tests by name, that simulate or measure: they reach everything and take long. */
  leftOut: readonly string[];
  /** Files of tests that every mutant meets: quick ones that notice most. */
  always: readonly string[];
  /** At most so many other tests are tried on a mutant, those first that reach the fewest; null: all that reach it. */
  mostTests: number | null;
  /** Whether the code runs inside of Temporal's workflow sandbox. */
  workflows: boolean;
};

export const groups: readonly Group[] = [
  {
    name: 'agents',
    code: ['agents'],
    tests: ['test/agents/**/*.test.ts', 'test/harness/judges.test.ts'],
    leftOut: [],
    always: [],
    mostTests: null,
    workflows: false,
  },
  {
    name: 'harness',
    code: ['harness/statistics', 'harness/comparison'],
    tests: ['test/harness/**/*.test.ts'],
    leftOut: [
      'test/harness/comparison/verdicts.test.ts',
      'test/harness/report/memo.test.ts',
      '100,000 records are compared',
    ],
    always: [],
    mostTests: null,
    workflows: false,
  },
  {
    name: 'workflows',
    code: ['workflows'],
    tests: [
      'test/workflows/**/*.test.ts',
      'test/faults/**/*.test.ts',
      'test/benchmark/**/*.test.ts',
      'test/replay/**/*.test.ts',
    ],
    leftOut: ['a run of over 100 turns and 100 tool calls keeps its history under 1 MiB'],
    always: ['test/replay/replay.test.ts'],
    mostTests: 6,
    workflows: true,
  },
];
