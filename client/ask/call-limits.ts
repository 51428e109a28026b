/** Turns the settings of model calls into the time limits that a run carries. */
import type { Config } from '../../config/config.ts';
import type { CallLimits } from '../../contracts/run.ts';

/** Back-off between attempts that the total leaves room for, in seconds. */
const backOffSeconds = 60;

export function callLimits({
  timeoutSeconds,
  attempts,
  heartbeatSeconds,
  personWaitDays,
}: Config['model']): CallLimits {
  return {
    modelCallSeconds: timeoutSeconds,
    modelCallTotalSeconds: (timeoutSeconds + backOffSeconds) * attempts,
    modelCallAttempts: attempts,
    heartbeatSeconds,
    personWaitSeconds: personWaitDays * 86_400,
  };
}
