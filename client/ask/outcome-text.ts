/** Prints how a run ended, for a person: the answer first, then what it rests on, then what it took. */
import type { createColors } from 'picocolors';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import { offlineModelName } from '../../contracts/names.ts';
import type { AnswerOutcome, AnswerState } from '../../contracts/run.ts';
import { printable, printableLine } from '../../lib/printable.ts';
import { costText, countText, probabilitiesText } from '../terminal/progress-text.ts';
import { headlineOf, offlineNotice, placeText } from '../../application/runs/outcome-words.ts';
import type { FinishedRun } from '../../application/runs/run-record.ts';
import { modelsThatAnswered } from '../../harness/run-log/logged-state.ts';
import { changedPlaces, readAs } from './thread-text.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { padToWidth, widthOf } from '../../lib/terminal-width.ts';

export type TextStyle = { columns: number; colors: ReturnType<typeof createColors> };

/** Of a Web UI whose server was started for one command. */
export const linkNotice = 'closes with this command; "switchyard up" opens it again';

/** A link to the Web UI, and below it whether it is open. */
export function linkLines(webUrl: string | null, serverStops: boolean): string[] {
  if (webUrl === null) return [];
  return serverStops ? [webUrl, `(${linkNotice})`] : [webUrl];
}

/** Paragraphs without a closing line end. */
export function outcomeText(run: FinishedRun, style: TextStyle): string {
  const { outcome } = run;
  const headline = headlineOf(outcome);
  const parts = [
    headline === null ? '' : style.colors.yellow(wrapText(headline, style.columns)),
    style.colors.dim(wrapText(readAs(outcome.state) ?? '', style.columns)),
    wrapText(printable(outcome.state.final_answer ?? '').trim(), style.columns),
    citationsText(outcome.state.evidence, style),
    listText('Left open', outcome.state.gaps, style),
    listText('Cited before, and changed since', changedPlaces(outcome.state), style),
    listText(
      'Superseded',
      outcome.state.superseded.map(({ specialist, reason }) => `${specialist}: ${reason}`),
      style,
    ),
    factsText(run, style),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Each cited place with what its check said; empty where nothing is cited. */
export function citationsText(evidence: readonly CheckedCitation[], { colors }: TextStyle): string {
  if (evidence.length === 0) return '';
  const marks = { verified: colors.green, repaired: colors.yellow, unresolved: colors.red };
  const width = Math.min(48, Math.max(...evidence.map((citation) => widthOf(placeText(citation)))));
  const lines = evidence.map((citation) => {
    const reason = citation.reason === undefined ? '' : ` (${printableLine(citation.reason)})`;
    return `  ${padToWidth(placeText(citation), width)}  ${marks[citation.status](citation.status)}${reason}`;
  });
  return [colors.bold('Citations'), ...lines].join('\n');
}

/** A heading and its items; empty where there are none. */
export function listText(title: string, items: readonly string[], { columns, colors }: TextStyle): string {
  if (items.length === 0) return '';
  return [colors.bold(title), ...items.map((item) => wrapText(`  - ${printableLine(item)}`, columns))].join('\n');
}

function factsText(run: FinishedRun, { columns, colors }: TextStyle): string {
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
    ['edited by', state.edited_by === undefined ? null : printableLine(state.edited_by)],
    ['rated', ratedFact(run)],
    ['repository', repositoryFact(state.snapshot)],
    ['thread', state.thread === undefined ? null : `${state.thread.id}, turn ${state.thread.turn}`],
    ['run', run.workflowId],
    ['Web UI', run.webUrl],
    ['', run.webUrl !== null && run.serverStops ? linkNotice : null],
    ['trace', state.trace_link],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [factLine(name, value, columns, colors)])).join('\n');
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

/** A link stays whole, whatever the width. */
function factLine(name: string, value: string, columns: number, colors: TextStyle['colors']): string {
  const margin = 13;
  const lines = wrapText(value, columns - margin).split('\n');
  return colors.dim(name.padEnd(margin)) + lines.map((line) => line.trimStart()).join(`\n${' '.repeat(margin)}`);
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
