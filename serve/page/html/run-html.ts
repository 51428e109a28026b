/** The page of one run: what it does while it goes on, and what it came to. */
import type { FoundRun } from '../../../application/runs/find-run.ts';
import type { FinishedRun } from '../../../application/runs/run-record.ts';
import { failureText, routeText, usageText } from '../../../application/words/run-words.ts';
import type { AnswerState, RunProgress } from '../../../contracts/run.ts';
import { cut } from '../../../lib/printable.ts';
import { type Html, html } from '../../../lib/html.ts';
import { decisionHtml, versionOf } from './decision-html.ts';
import { factList, factsHtml, outcomeHtml } from './outcome-html.ts';
import { ratingForm, steeringForm } from './run-forms.ts';
import { addressHtml, laterHtml, noticeHtml, runPath } from './values.ts';

/** What is the same of a run that goes on and of one that has ended. */
export type RunView = {
  workflowId: string;
  webUrl: string | null;
  question: string | null;
  thread: AnswerState['thread'] | null;
};

const headingCharacters = 160;

/** A long question is shown whole below its beginning. */
export function questionHtml(question: string | null): Html {
  if (question === null) return html`<h1>Run</h1>`;
  if (question.length <= headingCharacters) return html`<h1>${question}</h1>`;
  return html`<h1>${cut(question, headingCharacters)}</h1><details><summary>The whole question</summary><p class="asis">${question}</p></details>`;
}

/** @param progress null: no worker tells it */
/** @param told what a worker tells of it; null where none does, `new` where none was asked yet */
export function openRunHtml(view: RunView, told: RunProgress | null | 'new'): Html {
  const { workflowId, question } = view;
  const progress = told === 'new' ? null : told;
  const silent = told === 'new' ? newHtml : silentHtml;
  return html`${questionHtml(question)}
<div id="live" data-events="${runPath(workflowId, 'events')}">
<div id="problem" role="status"></div>
<div id="stage" aria-live="polite">${progress === null ? silent : stageHtml(progress)}</div>
<div id="requests" data-version="${versionOf(progress?.pending ?? [])}">${requestsHtml(workflowId, progress)}</div>
<section id="drafts" aria-label="Drafts"></section></div>
<p class="noscript"><a href="${runPath(workflowId)}">Look again</a></p>
<div class="actions">${steeringForm(workflowId, 'cancel')}${progress?.waitingFor == null ? steeringForm(workflowId, 'pause') : steeringForm(workflowId, 'resume')}</div>
${timelineHtml(view)}${placesHtml(view, progress?.state.trace_link ?? null)}`;
}

const newHtml = html`<p class="soft">It has just begun.</p>`;
const silentHtml = noticeHtml('No worker tells what this run does: it goes on once there is one ("switchyard up").');

const steps: readonly (readonly [string, readonly RunProgress['stage'][]])[] = [
  ['open the repository', ['opening']],
  ['choose a route', ['routing']],
  ['specialists', ['delegating']],
  ['review', ['reviewing']],
  ['synthesis', ['synthesizing']],
];

/** The steps with the one that goes on, and what is being done. */
export function stageHtml(progress: RunProgress): Html {
  const { stage, doing, state, tools_asked: tools, waitingFor } = progress;
  const at = steps.findIndex(([, stages]) => stages.includes(stage));
  const items = steps.map(([name], index) => {
    const mark = index === at ? html` aria-current="step"` : null;
    return html`<li class="${index < at ? 'done' : index === at ? 'now' : 'later'}"${mark}>${name}</li>`;
  });
  const asked = tools.map(({ specialist, tool, argumentsText }) => {
    return html`<li><strong>${specialist}</strong> runs <code>${tool}</code> <span class="soft">${cut(argumentsText, 120)}</span></li>`;
  });
  // What a person is asked stands below, as a form.
  const isAsking = (progress.pending ?? []).length > 0;
  return html`${at === -1 ? null : html`<ol class="steps">${items}</ol>`}
<p><strong>${stage}</strong>${isAsking ? ' for a decision' : doing === '' ? null : html`: ${doing}`}</p>
${waitingFor === null ? null : noticeHtml(`It waits: ${failureText(waitingFor)}`)}
${asked.length === 0 ? null : html`<ul>${asked}</ul>`}
<p class="soft">${routeText(state)}; ${retriesText(state.retry_count)}${usageText(state.usage)}</p>`;
}

function retriesText(count: number): string {
  if (count === 0) return '';
  return count === 1 ? 'sent back once; ' : `sent back ${count} times; `;
}

export function requestsHtml(workflowId: string, progress: RunProgress | null): Html[] {
  return (progress?.pending ?? []).map((request) => decisionHtml(workflowId, request));
}

/** @param followUp the form of a question that goes on from it */
export function endedRunHtml(view: RunView, run: FinishedRun, followUp: Html): Html {
  return html`${questionHtml(view.question)}${outcomeHtml(run)}
${run.outcome.kind === 'unavailable' ? html`<div class="actions">${steeringForm(view.workflowId, 'retry')}</div>` : null}
${ratingForm(view.workflowId, run.rating ?? null)}
<details class="follow"><summary>Ask a follow-up</summary>${followUp}</details>
${timelineHtml(view)}
<details><summary>What it took</summary>${factsHtml(run)}</details>
${placesHtml(view, run.outcome.state.trace_link)}`;
}

/** Of a run without an outcome. */
export function brokenRunHtml(view: RunView, { description }: FoundRun, problem: string): Html {
  return html`${questionHtml(view.question)}${noticeHtml(problem, 'bad')}
<p>Its status is ${description.status.name.toLowerCase()}. What it did is in its timeline.</p>${timelineHtml(view)}${placesHtml(view, null)}`;
}

function timelineHtml({ workflowId }: RunView): Html {
  return laterHtml('Timeline', runPath(workflowId, 'timeline'), 'Show the timeline');
}

/** Where else it is seen. */
function placesHtml({ workflowId, webUrl, thread }: RunView, traceLink: string | null): Html {
  return html`<section class="places" aria-label="Elsewhere">${factList([
    ...(thread == null ? [] : [['thread', threadLink(thread)] satisfies [string, Html]]),
    ['run', workflowId],
    ...(webUrl === null ? [] : [['Web UI', addressHtml(webUrl)] satisfies [string, Html]]),
    ...(traceLink === null ? [] : [['trace', addressHtml(traceLink)] satisfies [string, Html]]),
  ])}</section>`;
}

function threadLink({ id, turn }: NonNullable<AnswerState['thread']>): Html {
  return html`<a href="/threads/${encodeURIComponent(id)}">${id}</a>, turn ${turn}`;
}
