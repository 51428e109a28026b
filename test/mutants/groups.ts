/** Which code has mutants, and which tests must kill them: a folder is held by the tests that are about it. */

export type Group = {
  name: string;
  /** Folders of code, from the project's root. */
  code: readonly string[];
  /** Patterns of files of tests. */
  tests: readonly string[];
  /** Files of tests, and tests by name, that simulate or measure: they reach everything and take long. */
  leftOut: readonly string[];
  /** Whether the code runs inside of Temporal's workflow sandbox. */
  workflows: boolean;
};

export const groups: readonly Group[] = [
  {
    name: 'agents',
    code: ['agents'],
    tests: ['test/agents/**/*.test.ts', 'test/harness/judges.test.ts'],
    leftOut: [],
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
    workflows: false,
  },
  {
    name: 'workflows',
    code: ['workflows'],
    tests: [
      'test/replay/replay.test.ts',
      'test/workflows/{absence-rule,branch,failure-reading,fused-turns,hints,inputs,next-route,paid-call,policies,settled-answer,told-bounds,trace-exporter,visibility}.test.ts',
      'test/workflows/budget/{run-budget,raised-limits,budget-interleavings,budget-outages}.test.ts',
      'test/workflows/{decisions/buffer,limits/clock,limits/open-waits,limits/run-size,limits/short-record}.test.ts',
    ],
    // They start a server, or make a bundle.
    leftOut: [
      'a workflow whose input does not fit fails at once, and the client says which field',
      'the workflow bundle has no zod',
      'a weak draft goes to the next likely route, and each gate span of the trace has its own verdict',
      'once all routes are tried the same specialist works again, and its second try has a gate span of its own',
      'after two side by side the third takes over, and the first gate span has both verdicts',
      'a forced route stays',
    ],
    workflows: true,
  },
];
