/**
 * Tools of foreign MCP servers: pins their definitions at the beginning of a run, and makes each call as an activity of its
 * own (foreign-tools/ speaks with the servers).
 *
 * 1. A call that is not repeatable is sent at most once over all attempts of its activity. An attempt that was lost with its
 *    worker counts as one that has sent it: its end is unknown, and is told as that.
 * 2. Once such a call is sent, nothing that goes wrong has it made again: neither its server, nor what keeps its result.
 * 3. What a call gave is kept before its activity completes; a later attempt on the same machine finds it there.
 * 4. What a server does wrong is a result that names it, not a failure of the activity. Only what may be called again is.
 */
import { Context } from '@temporalio/activity';
import type {
  ForeignCall,
  ForeignNote,
  ForeignTool,
  MissingForeignTool,
  OpenedForeignTools,
  OpenForeignToolsInput,
} from '../contracts/foreign/calls.ts';
import { offeredName } from '../contracts/foreign/names.ts';
import type { ForeignToolSpec } from '../contracts/foreign/spec.ts';
import { failureKinds } from '../contracts/failures.ts';
import type { ToolResult } from '../contracts/tools.ts';
import type { ActivityResult } from '../contracts/trace.ts';
import { ForeignProblem } from '../foreign-tools/failures.ts';
import { messageOf } from '../lib/errors.ts';
import { digest } from '../models/journal-entry.ts';
import { parseArguments } from '../retrieval/tools/tool-table.ts';
import { forkedStep } from './agents/forked-replies.ts';
import type { AttemptLimits } from './attempts.ts';
import { type ActivityContext, runActivity } from './context.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type ForeignEnding, foreignResult, spanOf } from './foreign-results.ts';

const attempts = 3;
const openingLimits: AttemptLimits = { attempts, totalSeconds: 900, timedOut: 'ForeignServerUnavailable' };
const noteLimits: AttemptLimits = { attempts: 5, totalSeconds: 600, timedOut: 'ToolTimedOut' };

/** Asks each server what it says of the tools that a pipeline names. A tool that the run does without is named with the reason. */
export const openForeignTools =
  (deps: ActivityDependencies) =>
  ({ tools, said }: OpenForeignToolsInput): Promise<ActivityResult<OpenedForeignTools>> =>
    runActivity({ name: 'open-foreign-tools', type: 'span', limits: openingLimits }, async ({ signal }) => {
      const pinned = await Promise.all(tools.map((name) => pin(deps, name, said[name], signal)));
      const missing = pinned.flatMap((each) => ('why' in each ? [each] : []));
      const result = { tools: pinned.flatMap((each) => ('why' in each ? [] : [each])), missing };
      const why = missing.map(({ name, failure }) => `${name}: ${failure}`).join('; ');
      return {
        result,
        usage: null,
        span: missing.length === 0 ? {} : { level: 'WARNING', message: why.slice(0, 300) },
      };
    });

async function pin(
  deps: ActivityDependencies,
  name: string,
  said: ForeignToolSpec | undefined,
  signal: AbortSignal,
): Promise<ForeignTool | MissingForeignTool> {
  try {
    const described = await deps.foreignTools.describe(name, signal);
    if (said === undefined && !described.readOnly)
      throw new ForeignProblem(
        'ForeignToolUnfit',
        `its server does not mark it as a tool that only reads: say in foreignTools of the pipeline whether ${name} has effects`,
      );
    const effects = said?.effects ?? false;
    const { description, parameters } = described;
    return {
      name,
      definition: await deps.content.put(JSON.stringify({ name: offeredName(name), description, parameters })),
      hash: described.hash,
      effects,
      repeatable: !effects || (said?.idempotent ?? described.idempotent),
      policy: described.policy,
      timeoutSeconds: described.timeoutSeconds,
    };
  } catch (error) {
    if (!(error instanceof ForeignProblem)) throw error;
    return { name, failure: error.kind, why: error.message.slice(0, 300) };
  }
}

export const callForeignTool =
  (deps: ActivityDependencies) =>
  (call: ForeignCall): Promise<ActivityResult<ToolResult>> => {
    const totalSeconds = attempts * (2 * call.tool.timeoutSeconds + 120);
    const limits: AttemptLimits = { attempts, totalSeconds, timedOut: 'ForeignToolTimedOut' };
    return runActivity({ name: call.tool.name, type: 'tool', limits }, async (context) => {
      const key = { ...context.run, ...keyOf(call) };
      const kept = await deps.turnResults.readStep(key);
      if (kept !== null) return { result: kept, usage: null, span: { output: kept.content } };
      const taken = await takenFrom(deps, call, key);
      const result = taken?.value ?? (await made(deps, context, call));
      await deps.turnResults.writeStep(key, result).catch((error: unknown) => {
        // The call is not made again for the sake of its record.
        if (call.tool.repeatable) throw error;
      });
      return { result, usage: null, span: taken?.span ?? spanOf(result) };
    });
  };

/**
 * Makes the call, and stores what it gave.
 * @throws ForeignProblem where it may be made again, and, as `ForeignOutcomeUnknown`, where it was sent and must not be
 */
async function made(deps: ActivityDependencies, context: ActivityContext, call: ForeignCall): Promise<ToolResult> {
  let sent = false;
  const onSent = () => {
    sent = true;
  };
  try {
    return await foreignResult(deps, call, await endingOf(deps, context, call, onSent));
  } catch (error) {
    // Of a worker that stops, the next attempt knows that this one was lost.
    if (!sent || call.tool.repeatable || Context.current().cancellationSignal.aborted) throw error;
    throw new ForeignProblem('ForeignOutcomeUnknown', `what it gave could not be kept: ${messageOf(error)}`);
  }
}

/** The same at each attempt of the activity, and the hash in a fork of the run, too. */
function keyOf({ request, tool: { name, hash }, scope }: ForeignCall) {
  const asked = { request, tool: { name, hash }, scope };
  return { callKey: `foreign-${Context.current().info.activityId}`, requestHash: digest(asked) };
}

async function takenFrom(
  deps: ActivityDependencies,
  { fork }: ForeignCall,
  key: Parameters<ActivityDependencies['turnResults']['stepsLike']>[0],
) {
  if (fork === undefined) return null;
  const before = await deps.turnResults.stepsLike(key);
  return forkedStep(deps, fork, { requestHash: key.requestHash, before });
}

/** @throws ForeignProblem where the call may be made again; the cancellation */
async function endingOf(
  deps: ActivityDependencies,
  context: ActivityContext,
  { request, tool }: ForeignCall,
  onSent: () => void,
): Promise<ForeignEnding> {
  if (!tool.repeatable && context.earlier.lost > 0)
    return unknown('ForeignOutcomeUnknown', 'the worker that was at it is gone');
  const given = parseArguments(request.argumentsText);
  if (given === null) return { end: 'failed', why: `the arguments of ${tool.name} are not a whole JSON object` };
  let sent = false;
  const { name, hash, timeoutSeconds } = tool;
  const noted = () => {
    sent = true;
    onSent();
  };
  try {
    const answer = await deps.foreignTools.call({ name, hash, given, timeoutSeconds, onSent: noted }, context.signal);
    return { end: 'answered', ...answer };
  } catch (error) {
    if (Context.current().cancellationSignal.aborted) throw error;
    const { kind, message } = error instanceof ForeignProblem ? error : unforeseen(error);
    if (sent && !tool.repeatable) return unknown(kind, message);
    const again = failureKinds[kind].retry && context.earlier.failures + 1 < attempts;
    if (again || !(error instanceof ForeignProblem)) throw error;
    return { end: 'failed', failure: kind, why: message };
  }
}

const unforeseen = (error: unknown) => ({ kind: 'ForeignToolFailed' as const, message: messageOf(error) });

const unknown = (failure: MissingForeignTool['failure'], why: string): ForeignEnding => ({
  end: 'unknown',
  failure,
  why,
});

/** Stores what a model is told of a call that was not made, or whose end nobody knows. */
export const noteForeignCall =
  (deps: ActivityDependencies) =>
  ({ end, why, failure, ...call }: ForeignNote): Promise<ActivityResult<ToolResult>> =>
    runActivity({ name: call.tool.name, type: 'tool', limits: noteLimits }, async () => {
      const result = await foreignResult(deps, call, { end, why, ...(failure === undefined ? {} : { failure }) });
      return { result, usage: null, span: spanOf(result) };
    });

/** What models are offered of the tools that a run has pinned. @throws ContentUnavailable */
export async function foreignDefinitions(
  { content }: Pick<ActivityDependencies, 'content'>,
  { tools }: { tools: readonly ForeignTool[] } = { tools: [] },
) {
  return Promise.all(tools.map(async ({ definition }) => JSON.parse(await content.get(definition)) as Definition));
}

type Definition = { name: string; description: string; parameters: Record<string, unknown> };

/** What a specialist is told of them at its opening. */
export function toldOfForeign({ tools, missing }: OpenedForeignTools) {
  return {
    offered: tools.map(({ name }) => name),
    missing: missing.map(({ name, failure, why }) => `${name} (${failure}: ${why})`),
  };
}
