/**
 * How a question's workflow calls its activities, each by its name: `callModel` for one model call, `callAgent` for one
 * whose reply is repaired where it cannot be used, `tryModel` for one that the run can do without, and `callTool` for
 * work on the repository. Model calls are paid from the run's budget. All but `tryModel` wait for a provider that stays
 * away, and for the person who fixes that.
 */
import { workflowInfo } from '@temporalio/workflow';
import { backstop, modelQueueOf } from '../../contracts/names.ts';
import type { CallLimits } from '../../contracts/run.ts';
import type { Payment, RepairCall } from '../../contracts/agent-calls.ts';
import type { ForkOf, ReplySharing, RunStep } from '../../contracts/reuse.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { ActivityResult, DoneOnTheWay, SpanScope } from '../../contracts/trace.ts';
import { summaryText } from '../../lib/printable.ts';
import type { Branch } from './branch.ts';
import { BudgetSpent } from './limits/budget.ts';
import { Unavailable } from './failures.ts';
import { takenByCall } from './forks.ts';
import { type Caller, paidCall, type PaidResult, queueFor, untilAnswered } from './paid-call.ts';
import {
  type InputOf,
  marginSeconds,
  type ModelActivity,
  type Proxies,
  type ResultOf,
  type ToolActivity,
} from './proxies.ts';

export type CallerOfActivities = Caller & {
  limits: Caller['limits'] & Pick<CallLimits, 'modelCallSeconds'>;
  activities: Proxies;
  /** That holds what the run needs; absent: it is not known yet, or need not be. */
  store?: string;
  /** Of a benchmark's run: whose replies it may use again. */
  sharing?: ReplySharing;
  /** Of a fork: the run that it takes unchanged calls from. */
  forkOf?: ForkOf;
};

export type AboutCall = {
  scope: SpanScope;
  /** For the Web UI. */
  summary: string;
  /** Waits for the call as its own; without one the call stands beside the branches that are open. */
  branch?: Branch;
  /** Told of what the activity has done on the way, whatever became of it. */
  onDone?: (done: DoneOnTheWay) => void;
  /** Asked where the provider of the agent's own model is out. */
  fallbackModel?: string | undefined;
  /** Where in the run's course the call stands beside its scope. */
  at?: Pick<RunStep, 'round' | 'turn'>;
};

type AsksModel<Name extends ModelActivity> = {
  executeWithOptions(
    options: { summary: string; taskQueue?: string; scheduleToCloseTimeout?: string; startToCloseTimeout?: string },
    args: [InputOf<Name>, Payment],
  ): PaidResult<ResultOf<Name>>;
};
type RunsTool<Name extends ToolActivity> = {
  executeWithOptions(options: { summary: string }, args: [InputOf<Name>]): Promise<ActivityResult<ResultOf<Name>>>;
};

/** Read each time that the call is sent: what has been done meanwhile need not be done again. */
type Given<Name extends ModelActivity> = InputOf<Name> | (() => InputOf<Name>);

/**
 * One model call, granted what it may use before it is made.
 * @throws BudgetSpent, also where what is left of the budget leaves no room for the call; Unavailable; the cancellation
 */
export function callModel<Name extends ModelActivity>(
  caller: CallerOfActivities,
  name: Name,
  given: Given<Name>,
  { summary, at, ...about }: AboutCall & { optional?: boolean; withoutPerson?: boolean },
): Promise<ResultOf<Name>> {
  const activity = caller.activities[name] as unknown as AsksModel<Name>;
  const input = typeof given === 'function' ? given : () => given;
  return paidCall(caller, about, (payment) => {
    const { options, limits } = inQueue(caller, name, payment);
    const { store, sharing, forkOf } = caller;
    const held = {
      ...(store === undefined ? {} : { store }),
      ...(sharing === undefined ? {} : { sharing }),
      ...takenByCall(forkOf, { ...about.scope, ...at }),
    };
    return activity.executeWithOptions({ summary, ...options }, [input(), { ...payment, ...limits, ...held }]);
  });
}

/** Where a limit is set, a call waits for its turn in the queue of its endpoint, and that takes none of its time. */
function inQueue({ limits }: CallerOfActivities, name: ModelActivity, payment: Payment) {
  const endpoint = queueFor(limits, payment);
  if (endpoint === null) return {};
  const taskQueue = modelQueueOf(workflowInfo().taskQueue, endpoint);
  if (name !== 'rerankPlaces') return { options: { taskQueue } };
  // The one call whose time is else bounded from its scheduling on.
  const own = { attempts: limits.modelCallAttempts, ...payment.limits };
  const startToCloseTimeout = `${limits.modelCallSeconds + marginSeconds}s` as const;
  const options = { taskQueue, scheduleToCloseTimeout: backstop, startToCloseTimeout };
  return { options, limits: { limits: { ...own, totalSeconds: limits.modelCallSeconds + marginSeconds } } };
}

/**
 * One model call that the run can do without: it neither waits nor is made again beyond its own attempts.
 * @returns the result; or null, and why there is none
 * @throws the cancellation
 */
export function tryModel<Name extends ModelActivity>(
  caller: CallerOfActivities,
  name: Name,
  input: InputOf<Name>,
  about: AboutCall,
): Promise<{ result: ResultOf<Name> } | { result: null; why: string }> {
  return orWhy(callModel(caller, name, input, { ...about, optional: true }));
}

/** An activity that costs nothing; an `optional` one waits for nobody. @throws Unavailable; the cancellation */
export function callTool<Name extends ToolActivity>(
  caller: CallerOfActivities,
  name: Name,
  input: InputOf<Name>,
  summary: string,
  more: { optional?: boolean } = {},
): Promise<ResultOf<Name>> {
  const activity = caller.activities[name] as unknown as RunsTool<Name>;
  const { store } = caller;
  const given = store === undefined ? input : { ...input, store };
  return untilAnswered(caller, () => activity.executeWithOptions({ summary }, [given]), more);
}

/**
 * An activity that costs nothing and that the run can do without: it waits for nobody.
 * @returns the result; or null, and why there is none
 * @throws the cancellation
 */
export function tryTool<Name extends ToolActivity>(
  caller: CallerOfActivities,
  name: Name,
  input: InputOf<Name>,
  summary: string,
): Promise<{ result: ResultOf<Name> } | { result: null; why: string }> {
  return orWhy(callTool(caller, name, input, summary, { optional: true }));
}

async function orWhy<Result>(asked: Promise<Result>): Promise<{ result: Result } | { result: null; why: string }> {
  try {
    return { result: await asked };
  } catch (error) {
    if (error instanceof BudgetSpent) return { result: null, why: error.message };
    if (error instanceof Unavailable) return { result: null, why: `${error.failure.kind}: ${error.message}` };
    throw error;
  }
}

/** How often a reply that cannot be used is repaired: each repair is a finished, paid call of its own. */
export const repairsAllowed = 2;

/** What an agent's call comes back with: `problem` says why its reply cannot be used. */
type AgentReply = { turn: ContentId; problem?: string };

export type AboutAgent = Omit<AboutCall, 'summary'> & {
  /** For the Web UI: who is asked, and what for. */
  who: string;
  purpose: string;
  /** Whether the agent may only answer; true for agents without tools. */
  mustAnswer: boolean;
  /** True: the call fails where it would wait for a person. */
  withoutPerson?: boolean;
};

/**
 * Calls an agent, and has its reply repaired while it cannot be used.
 * @returns the reply, which may be `unparsable` still
 * @throws what `callModel` does
 */
export async function callAgent<Name extends 'callSpecialist' | 'judgeDraft' | 'synthesize'>(
  caller: CallerOfActivities,
  name: Name,
  input: Given<Name>,
  { who, purpose, mustAnswer, ...about }: AboutAgent,
): Promise<ResultOf<Name>> {
  let reply = await callModel(caller, name, input, { ...about, summary: summaryText(`${who}: ${purpose}`) });
  for (let repairs = 0; repairs < repairsAllowed; repairs += 1) {
    const { turn, problem } = reply as AgentReply;
    if (problem === undefined) break;
    const repair = { kind: 'repair', turn, problem, mustAnswer } satisfies RepairCall as InputOf<Name>;
    reply = await callModel(caller, name, repair, { ...about, summary: summaryText(`${who}: repair (${problem})`) });
  }
  return reply;
}
