/**
 * Calls of foreign tools, each an activity of its own.
 *
 * 1. Those of a turn that only read run side by side, before those that have effects, which run one after the other in the
 *    order in which they were asked for.
 * 2. A call that has effects is begun only once it is approved: by a person, who is asked with its arguments, or by the
 *    configuration of its server. Where nobody is asked, and where nobody answers in time, it is refused.
 * 3. A call that has effects and is not repeatable is made at most once: where its worker was lost, or nobody knows what has
 *    become of it, its end is unknown, and the model is told so.
 * 4. No failure of a foreign tool ends the run: it is a result.
 * 5. A person who has paused the run has paused its effects, too.
 */
import type { ForeignCall, ForeignNote, ForeignTool } from '../../../contracts/foreign/calls.ts';
import { foreignFailures } from '../../../contracts/foreign/ends.ts';
import type { RunFailure } from '../../../contracts/run.ts';
import type { ToolRequest, ToolResult } from '../../../contracts/tools.ts';
import type { ActivityResult, SpanScope } from '../../../contracts/trace.ts';
import { summaryText } from '../../../lib/printable.ts';
import { subjectOf } from '../absence.ts';
import { callTool } from '../calls.ts';
import { Unavailable } from '../failures.ts';
import { takenByTool } from '../forks.ts';
import { untilAnswered } from '../paid-call.ts';
import type { Run } from '../state.ts';
import { approvalOf } from './approval.ts';

/** Beyond the time of the call itself, and of the list that is asked for first: a server may have to be started. */
const startSeconds = 120;

/** `place`: of the request, the same in every replay; `who`: for people. */
export type AskedForeign = {
  request: ToolRequest;
  tool: ForeignTool;
  scope: SpanScope;
  at: { round: number; turn: number };
  place: string;
  who: string;
};

/** @param know told of each result as soon as it is there. @throws the cancellation; what `callTool` does */
export async function callForeignTools(
  run: Run,
  asked: readonly AskedForeign[],
  know: (results: readonly { result: ToolResult }[]) => void,
): Promise<void> {
  const call = async (each: AskedForeign) => know([{ result: await resultOf(run, each) }]);
  await Promise.all(asked.filter(({ tool }) => !tool.effects).map(call));
  for (const each of asked.filter(({ tool }) => tool.effects)) await call(each);
}

async function resultOf(run: Run, asked: AskedForeign): Promise<ToolResult> {
  if (asked.tool.effects && isObject(asked.request.argumentsText)) {
    const refused = await approvalOf(run, asked);
    if (refused !== null) return note(run, asked, { end: 'refused', why: refused });
    await (run.outages.whilePaused() ?? Promise.resolve());
  }
  try {
    return await callOnce(run, asked);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return note(run, asked, endOf(asked.tool, error.failure));
  }
}

type Calls = {
  executeWithOptions(
    options: { summary: string; startToCloseTimeout: `${number}s` },
    args: [ForeignCall],
  ): Promise<ActivityResult<ToolResult>>;
};

function callOnce(run: Run, { request, tool, scope, at, who }: AskedForeign): Promise<ToolResult> {
  const activity = run.activities.callForeignTool as unknown as Calls;
  const taken = takenByTool(run.forkOf, { ...scope, ...at });
  const input = { request, tool, scope, ...taken, ...(run.store === undefined ? {} : { store: run.store }) };
  const summary = summaryText(`${who}: ${tool.name} ${subjectOf(request.argumentsText)}`);
  const startToCloseTimeout = `${2 * tool.timeoutSeconds + startSeconds}s` as const;
  return untilAnswered(run, () => activity.executeWithOptions({ summary, startToCloseTimeout }, [input]), {
    optional: true,
  });
}

type End = Pick<ForeignNote, 'end' | 'why' | 'failure'>;

/** What is known of a call whose activity has failed. */
function endOf({ effects, repeatable }: ForeignTool, { kind, message }: RunFailure): End {
  const why = `${kind}: ${message}`;
  // It was given back before anything was done for it.
  const isKnown = kind === 'HeldElsewhere' || !effects || repeatable;
  if (!isKnown) return { end: 'unknown', why, failure: 'ForeignOutcomeUnknown' };
  return { end: 'failed', why, failure: foreignFailures.find((name) => name === kind) ?? 'ForeignToolFailed' };
}

function note(run: Run, { request, tool, scope, who }: AskedForeign, { why, ...end }: End): Promise<ToolResult> {
  const input = { request, tool, scope, ...end, why: why.slice(0, 2_500) };
  return callTool(run, 'noteForeignCall', input, summaryText(`${who}: ${tool.name} ${end.end}`));
}

function isObject(text: string): boolean {
  try {
    const given: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof given === 'object' && given !== null && !Array.isArray(given);
  } catch {
    return false;
  }
}
