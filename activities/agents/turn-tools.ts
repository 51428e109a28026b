/**
 * The tools of a turn, run in the activity that makes the next model call.
 *
 * 1. They run side by side, each under a span of its own, within the time that tools have.
 * 2. What they gave is kept under the call's key before the model is asked; a later attempt of the call finds it there and
 *    runs no tool again.
 * 3. Where one of them cannot be run, or what they gave cannot be kept, no model is asked and the activity has not failed:
 *    the workflow runs the others by themselves, with the attempts and waits of tools, so that none of the model's is spent.
 */
import type { Payment, SpecialistCall, ToolsFailed } from '../../contracts/agent-calls.ts';
import type { ToolAnswer } from '../../contracts/tools.ts';
import { messageOf } from '../../lib/errors.ts';
import type { ActivityContext } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { toolResult } from '../repository.ts';
import type { ConversationSettings } from '../../contracts/stored-turn.ts';
import { forkedResults } from './forked-replies.ts';
import { sharedResults } from './shared-results.ts';
import type { CallKey, KeptResults } from './turn-results.ts';

type ToolsCall = Extract<SpecialistCall, { kind: 'tools' }>;
/** `turn` has asked for them; the call with this payment follows it. */
type AskedTools = Pick<ToolsCall, 'requests' | 'turn'> & { settings: ConversationSettings; payment: Payment };

/** @throws the cancellation */
export async function runTurnTools(
  deps: ActivityDependencies,
  context: ActivityContext,
  turn: AskedTools,
): Promise<ToolAnswer[] | ToolsFailed> {
  const key = { ...context.run, callKey: turn.payment.key };
  try {
    const found = await deps.turnResults.read(key);
    const { results, spans } = found ?? (await runAndKeep(deps, context, turn, key));
    context.keep({ tools: results }, spans);
    context.note({ startMs: Date.now() });
    return results.map(({ callId, content, renderer }) => ({ callId, content, renderer }));
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { kind: 'tools-failed', asked: false, why: messageOf(error).slice(0, 300) };
  }
}

async function runAndKeep(
  deps: ActivityDependencies,
  context: ActivityContext,
  turn: AskedTools,
  key: CallKey,
): Promise<KeptResults> {
  const { requests, settings } = turn;
  const { snapshot, allowed } = settings;
  if (snapshot === null) throw new Error('the conversation is about no snapshot');
  const [forked, shared] = [await forkedResults(deps, turn), await sharedResults(deps, turn)];
  let ready: Promise<unknown> | null = null;
  const ran = await Promise.allSettled(
    requests.map((request, at) => {
      const about = { key: `tool-${at}`, name: request.tool, type: 'tool', request: at } as const;
      return context.part(about, async (signal) => {
        const reused = forked.result(at) ?? (await shared.result(at));
        if (reused !== null) return reused;
        ready ??= deps.retrieval.ensure(snapshot, signal);
        await ready;
        const value = await toolResult(deps, { snapshot, request, allowed }, signal);
        return { value, span: { output: value.content } };
      });
    }),
  );
  const parts = ran.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const kept = { results: parts.map(({ value }) => value), spans: parts.map(({ span }) => span), turn: turn.turn };
  context.keep({ tools: kept.results });
  for (const each of ran) if (each.status === 'rejected') throw each.reason;
  await shared.keep(kept.results);
  await deps.turnResults.write(key, kept);
  return kept;
}
