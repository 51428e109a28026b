/** What a run took and what it rests on, as names and values, for people. */
import { offlineModelName } from '../../contracts/names.ts';
import type { AnswerOutcome, AnswerState } from '../../contracts/run.ts';
import { modelsThatAnswered } from '../../harness/run-log/logged-state.ts';
import { printableLine } from '../../lib/printable.ts';
import type { FinishedRun } from '../runs/run-record.ts';
import { offlineNotice } from './outcome-words.ts';
import { costText, countText, probabilitiesText } from './run-words.ts';

/** Notes on the fact before them have no name. */
export type Fact = [name: string, value: string];

/** Without the addresses at which it is seen, which each surface shows in its own way. */
export function outcomeFacts(run: FinishedRun): Fact[] {
  const { state } = run.outcome;
  const { modelCalls, inputTokens, outputTokens, costUsd, estimated = false } = state.usage;
  const models = modelsThatAnswered(state);
  const facts: [string, string | null][] = [
    ['route', routeFact(run.outcome)],
    ['confidence', state.confidence === null ? null : state.confidence.toFixed(2)],
    ['retries', String(state.retry_count)],
    ['model calls', `${countText(modelCalls)}${reusedText(state)}`],
    ['fork of', state.fork_of?.workflowId ?? null],
    [
      'tokens',
      `${countText(inputTokens + outputTokens)} (${countText(inputTokens)} in, ${countText(outputTokens)} out)${estimated ? ', estimated in part: an endpoint reported none that can be right' : ''}`,
    ],
    ['repairs', repairsFact(state)],
    ['cost', costText(costUsd)],
    ['time', run.durationMs === null ? null : `${(run.durationMs / 1000).toFixed(1)} s`],
    ['model', models.length === 0 ? null : printableLine(models.join(', '))],
    ['fallback', fallbackFact(state)],
    ['', models.includes(offlineModelName) ? offlineNotice : null],
    ['decisions', decisionsFact(state)],
    ['went without', missingForeign(state)],
    ['edited by', state.edited_by === undefined ? null : printableLine(state.edited_by)],
    ['rated', ratedFact(run)],
    ['repository', repositoryFact(state.snapshot)],
    ['thread', state.thread === undefined ? null : `${state.thread.id}, turn ${state.thread.turn}`],
  ];
  return facts.flatMap(([name, value]): Fact[] => (value === null ? [] : [[name, value]]));
}

function ratedFact({ rating }: FinishedRun): string | null {
  if (!rating) return null;
  return printableLine(`${rating.rating} by ${rating.by}${rating.note === '' ? '' : `: ${rating.note}`}`);
}

/** A label that names the commit itself does so once. */
function repositoryFact(snapshot: AnswerOutcome['state']['snapshot']): string | null {
  if (snapshot === null) return null;
  const commit = snapshot.id.slice(0, 12);
  const name = snapshot.label.endsWith(`@${commit}`) ? snapshot.label.slice(0, -commit.length - 1) : snapshot.label;
  return printableLine(`${name} at ${commit}`);
}

/** Calls that were not paid by this run. */
function reusedText({ usage: { reused }, fork_of }: AnswerState): string {
  if (reused === undefined) return '';
  return `, ${countText(reused.modelCalls)} of them taken from ${fork_of === undefined ? 'an earlier benchmark' : 'the run before'} and not paid`;
}

function fallbackFact({ fallbacks = {} }: AnswerState): string | null {
  const told = Object.entries(fallbacks).map(
    ([role, { model, calls, after }]) => `${role}: ${model}, ${calls} ${calls === 1 ? 'call' : 'calls'} after ${after}`,
  );
  return told.length === 0 ? null : printableLine(told.join('; '));
}

function decisionsFact({ decisions = [] }: AnswerState): string | null {
  const told = decisions.map(({ requestId, decision, by, refused }) => {
    const who = by === null ? 'by a timer' : `by ${by}`;
    return `${requestId} ${decision} ${who}${refused === undefined ? '' : ` (not applied: ${refused})`}`;
  });
  return told.length === 0 ? null : printableLine(told.join('; '));
}

function repairsFact({ repairs = {} }: AnswerState): string | null {
  const told = Object.entries(repairs).map(([repair, count]) => `${repair} ${count}`);
  return told.length === 0 ? null : `replies made usable by reading: ${told.join(', ')}`;
}

function routeFact({ state }: AnswerOutcome): string | null {
  if (state.route === null) return null;
  const probabilities = probabilitiesText(state.routing);
  const others = state.routes_run.filter((route) => route !== state.route);
  const fallback = state.routing?.fallback === true ? ', taken because the reply named no route' : '';
  return `${state.route}${probabilities === '' ? '' : ` (${probabilities})`}${fallback}${others.length === 0 ? '' : `, also run: ${others.join(', ')}`}`;
}

/** Foreign tools that the run has done without, and why. */
function missingForeign({ foreign_tools = [] }: AnswerState): string | null {
  const missing = foreign_tools.flatMap((tool) =>
    'failure' in tool ? [`${tool.name} (${tool.failure}: ${tool.why})`] : [],
  );
  return missing.length === 0 ? null : printableLine(missing.join('; '));
}
