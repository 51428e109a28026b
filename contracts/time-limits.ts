/** How long runs may take beyond their own clocks; free of schemas, since workflow code needs the values. */

const daySeconds = 86_400;

/** How long a run or a benchmark waits for a person, where its input does not say. */
export const defaultPersonWaitSeconds = 30 * daySeconds;

/**
 * The server's own limit for questions and benchmarks, continuations included. All of them end by their own code long
 * before; a run that the server ends has neither an outcome nor a trace.
 */
export const backstop = '90 days';

/** The server's limit for a run that only routes: it has no clock of its own. Waiting for a worker is within it. */
export function routeLimit({ modelCallTotalSeconds }: { modelCallTotalSeconds: number }): `${number}s` {
  return `${3600 + 3 * modelCallTotalSeconds}s`;
}
