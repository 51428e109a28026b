/** How a call of a foreign tool ends, for the record of a run. Free of schemas, since workflow code needs the names. */
import type { FailureKind } from '../failures.ts';

/** Failures that a call of a foreign tool, or its server, may have; none of them is the run's. */
export const foreignFailures = [
  'ForeignServerUnavailable',
  'ForeignServerDied',
  'ForeignToolTimedOut',
  'ForeignToolChanged',
  'ForeignToolUnfit',
  'ForeignToolFailed',
  'ForeignOutcomeUnknown',
] as const satisfies readonly FailureKind[];
export type ForeignFailure = (typeof foreignFailures)[number];
