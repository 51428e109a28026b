/** A run as a timeline: what was done, when, how long it took and what it cost, with prompts and replies behind a click. */
import type { LoadedRun } from '../../../application/runs/load-run.ts';
import type { StepTexts } from '../../../application/traces/step-texts.ts';
import { costText, countText } from '../../../application/words/run-words.ts';
import type { Trace, TraceSpan } from '../../../contracts/trace.ts';
import { leavesOf, spentOn } from '../../../observability/trace-totals.ts';
import { type Html, html } from '../../../lib/html.ts';
import { durationText, laterHtml, runPath } from './values.ts';

export function timelineHtml({ history, trace }: LoadedRun): Html {
  const root = trace.spans.find(({ parent }) => parent === null);
  if (root === undefined) return html`<p>There is nothing yet.</p>`;
  const { calls, inputTokens, outputTokens, costUsd } = spentOn(leavesOf(trace));
  return html`<p class="soft">${countText(calls)} model calls, failed attempts included; ${countText(inputTokens)} tokens in, ${countText(outputTokens)} out; cost ${costText(costUsd)}${history.endMs === null ? '; it goes on' : ''}</p>
<ul class="timeline">${spanItem(trace, root, root)}</ul>`;
}

function spanItem(trace: Trace, span: TraceSpan, root: TraceSpan): Html {
  const below = trace.spans
    .filter(({ parent }) => parent === span.key)
    .toSorted((one, other) => one.startMs - other.startMs);
  return html`<li><div class="span"><span class="what">${nameOf(span)}</span>${bar(span, root)}<span class="when">+${durationText(span.startMs - root.startMs)}</span>
<span class="took">${durationText(span.endMs - span.startMs)}</span><span class="cost">${span.usage === null ? '' : costText(span.usage.costUsd)}</span></div>
${span.level === 'DEFAULT' || span.message === null ? null : html`<p class="trouble">${span.message}</p>`}${detailsOf(trace, span)}
${below.length === 0 ? null : html`<ul>${below.map((each) => spanItem(trace, each, root))}</ul>`}</li>`;
}

/** Which attempt it was, and whether its reply was paid by another run. */
function nameOf({ name, metadata, usage }: TraceSpan): string {
  const { attempt, reused } = metadata;
  const number = typeof attempt === 'number' && attempt > 1 ? `, attempt ${attempt}` : '';
  return `${name}${number}${reused === undefined && usage?.reused === undefined ? '' : ', taken'}`;
}

/** The question and the answer, which groups and the root hold, are on the run's own page. */
function detailsOf({ workflowId, spans }: Trace, span: TraceSpan): Html | null {
  const isGroup = span.parent === null || spans.some(({ parent }) => parent === span.key);
  if (isGroup || (span.input === null && span.output === null)) return null;
  const summary =
    span.model === null
      ? 'What was given and what came'
      : html`Prompt and reply <span class="soft">${span.model}</span>`;
  return laterHtml(summary, runPath(workflowId, 'steps', span.key), 'Show it');
}

/** 100 units wide, whatever the run took. */
function bar({ startMs, endMs, level }: TraceSpan, root: TraceSpan): Html {
  const total = Math.max(1, root.endMs - root.startMs);
  const [x, width] = [(100 * (startMs - root.startMs)) / total, Math.max(0.7, (100 * (endMs - startMs)) / total)];
  const shape = html`<rect x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="8"/>`;
  return html`<svg class="bar ${level.toLowerCase()}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${shape}</svg>`;
}

/** More is never shown at once; the trace in its store has all. */
const shownCharacters = 400_000;

/** What a step was asked and what it gave. */
export function stepHtml(span: TraceSpan, { input, output, thinking }: StepTexts): Html {
  const room = { left: shownCharacters };
  const asked = span.model === null ? 'Given' : 'Prompt';
  return html`${part(asked, input, room)}${part('Thinking', thinking, room)}${part(span.model === null ? 'Result' : 'Reply', output, room)}`;
}

function part(title: string, value: unknown, room: { left: number }): Html | null {
  if (value === null || value === undefined) return null;
  return html`<section class="texts"><h3>${title}</h3>${Array.isArray(value) ? value.map((each) => messageHtml(each, room)) : messageHtml(value, room)}</section>`;
}

/** A message of a conversation with its role, or any other value as it is. */
function messageHtml(value: unknown, room: { left: number }): Html {
  const { role, content, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof role !== 'string') return textHtml(value, room);
  const more = Object.keys(rest).length === 0 ? null : textHtml(rest, room);
  return html`<p class="role">${role}</p>${content === null || content === undefined || content === '' ? null : textHtml(content, room)}${more}`;
}

function textHtml(value: unknown, room: { left: number }): Html {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
  const shown = text.slice(0, Math.max(0, room.left));
  room.left -= text.length;
  const cut =
    shown.length < text.length
      ? html`<p class="soft">Cut here: it has ${countText(text.length)} characters.</p>`
      : null;
  return html`<pre tabindex="0">${shown}</pre>${cut}`;
}
