/** Puts the state of a run into words, one line of them. */
import type { DraftRunEvent } from '../../application/runs/watch-drafts.ts';
import { failureText } from '../../application/runs/outcome-words.ts';
import type { DecisionRequest } from '../../contracts/decision.ts';
import type { AnswerState, RunProgress } from '../../contracts/run.ts';
import type { RouteDecision } from '../../contracts/agent.ts';
import type { Usage } from '../../contracts/chat.ts';
import { printableLine } from '../../lib/printable.ts';

export type ProgressView = AsyncDisposable & {
  /** What happens before there is a run: a server starts, a download goes on. */
  preparing(text: string): void;
  update(progress: RunProgress, workflowId: string): void;
  /** What a draft says while it is written, one of `tries`; absent where nothing can be drawn again. */
  draft?(event: DraftRunEvent, tries: number): void;
};

/** `code 0.92, docs 0.05, …`, most likely first; empty where no route was chosen. */
export function probabilitiesText(routing: RouteDecision | null): string {
  return (routing?.probabilities ?? [])
    .map(({ route, probability }) => `${route} ${probability.toFixed(2)}`)
    .join(', ');
}

/** US dollars with enough digits to tell small sums apart; `unknown` where a model without a price took part. */
export function costText(costUsd: number | null): string {
  if (costUsd === null) return 'unknown';
  return `$${costUsd === 0 ? '0' : costUsd < 0.01 ? costUsd.toPrecision(2) : costUsd.toFixed(costUsd < 1 ? 4 : 2)}`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `3 model calls, 12,345 tokens, $0.02`. */
export function usageText({ modelCalls, inputTokens, outputTokens, costUsd }: Usage): string {
  const calls = `${countText(modelCalls)} model ${modelCalls === 1 ? 'call' : 'calls'}`;
  return `${calls}, ${countText(inputTokens + outputTokens)} tokens, cost ${costText(costUsd)}`;
}

/** `route code (code 0.92, docs 0.05)`, and the others that run beside it. */
export function routeText({ route, routes_run, routing }: AnswerState): string {
  if (route === null) return 'no route yet';
  const probabilities = probabilitiesText(routing);
  const others = routes_run.filter((each) => each !== route);
  const beside = others.length === 0 ? '' : `, also run: ${others.join(', ')}`;
  return `route ${route}${probabilities === '' ? '' : ` (${probabilities})`}${beside}`;
}

/** What is being done, and what has been spent on it so far. */
export function progressLine({ stage, doing, state }: RunProgress): string {
  const what = printableLine(doing);
  const parts = [
    what === '' ? stage : `${stage}: ${what}`,
    routeText(state),
    `retries ${state.retry_count}`,
    usageText(state.usage),
  ];
  return parts.join(' | ');
}

/** Why a run waits, and how to take it up again. */
export function waitingText({ waitingFor, pending = [] }: RunProgress, workflowId: string): string | null {
  if (waitingFor === null)
    return pending.length === 0 ? null : pending.map((each) => askedText(each, workflowId)).join('; ');
  return `waiting: ${failureText(waitingFor)}; resume it with: switchyard runs resume ${workflowId}`;
}

function askedText({ requestId, asked, choices }: DecisionRequest, workflowId: string): string {
  const among = choices.map(({ choice }) => printableLine(choice)).join('|');
  return `a person is asked: ${printableLine(asked)} decide it with: switchyard runs decide ${workflowId} ${requestId} ${among}`;
}
