/**
 * What a call of a fork may take of the runs before it. Pure.
 *
 * 1. Without a step to begin from, whatever is unchanged is taken: the activity finds it by what it asks.
 * 2. With one, the calls of that step and of all that rests on it are asked anew. What works side by side with it in its
 *    round does not rest on it.
 * 3. What tools gave belongs to the turn that has asked for them.
 */
import type { ForkOf, RunStep, TakenFrom } from '../../contracts/reuse.ts';
import { restsOn } from '../../contracts/run-steps.ts';

type Taken = { fork?: TakenFrom };

/** Of a model call, whose tools are those of the turn before it. */
export function takenByCall(forkOf: ForkOf | undefined, step: RunStep): Taken {
  if (forkOf === undefined) return {};
  const { from } = forkOf;
  if (from === undefined || !restsOn(step, from)) return { fork: { runs: runsOf(forkOf) } };
  const { turn = 1 } = step;
  const hasOlderTools = step.stage === 'specialist' && turn > 1 && !restsOn({ ...step, turn: turn - 1 }, from);
  return hasOlderTools ? { fork: { runs: runsOf(forkOf), only: 'tools' } } : {};
}

/** Of a tool that is a step of its own. @param step the turn that has asked for it */
export function takenByTool(forkOf: ForkOf | undefined, step: RunStep): Taken {
  if (forkOf === undefined || (forkOf.from !== undefined && restsOn(step, forkOf.from))) return {};
  return { fork: { runs: runsOf(forkOf) } };
}

const runsOf = ({ workflowId, runId, earlier = [] }: ForkOf) => [{ workflowId, runId }, ...earlier];
