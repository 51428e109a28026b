/** What a run asks people, each as a form: every kind of request has the same, since the request says what its choices need. */
import { type Html, html } from '../../../lib/html.ts';
import type { DecisionRequest } from '../../../contracts/decision.ts';
import { answerHtml } from './answer-html.ts';
import { sourcesHtml } from './outcome-html.ts';
import { runPath, timeHtml } from './values.ts';

/** Names of its fields; `by` is whoever is signed in. */
export const decisionFields = ['request', 'choice', 'note', 'amount', 'answer'] as const;

const limitUnits = {
  modelCalls: 'model calls',
  tokens: 'tokens',
  costUsd: 'US dollars',
  wallClockSeconds: 'seconds',
} as const;

export function decisionHtml(workflowId: string, request: DecisionRequest): Html {
  const { requestId, kind, asked, choices, draft, since, default: otherwise } = request;
  const choose = choices.map(
    ({ choice, meaning }) => html`<li><label><input type="radio" name="choice" value="${choice}" required>
<span><strong>${choice}</strong> ${meaning}</span></label></li>`,
  );
  return html`<form class="decision" method="post" action="${runPath(workflowId, 'decide')}"><fieldset>
<legend>${kind}: ${asked}</legend><input type="hidden" name="request" value="${requestId}">
<p class="soft">Asked ${timeHtml(since)}. ${otherwise.decision} is taken ${timeHtml(otherwise.at)} where nobody decides.</p>
${draft === undefined ? null : html`<div class="draft">${answerHtml(draft.answer)}${draftSources(workflowId, requestId, draft.citations)}</div>`}
<ul class="choices">${choose}</ul>${fieldsHtml(request)}
<button>Decide</button></fieldset></form>`;
}

function draftSources(
  workflowId: string,
  requestId: string,
  citations: NonNullable<DecisionRequest['draft']>['citations'],
): Html | null {
  const query = new URLSearchParams({ request: requestId }).toString();
  return sourcesHtml(citations, (number) => `${runPath(workflowId, 'sources', String(number))}?${query}`);
}

/** What some choice needs, or may have. */
function fieldsHtml({ requestId, kind, choices, draft, limit, most }: DecisionRequest): Html {
  const needs = (field: 'draft' | 'amount') => choices.some((choice) => choice.needs === field);
  const takesNote = kind === 'draft' || kind === 'try' || choices.some((choice) => choice.needs === 'note');
  const unit = limit === undefined ? '' : `, in ${limitUnits[limit]}`;
  const id = (field: string) => `${field}-${requestId}`;
  return html`${
    needs('amount')
      ? html`<p><label for="${id('amount')}">Amount${unit}${most === undefined ? '' : `, ${most} at most`}</label>
<input id="${id('amount')}" name="amount" inputmode="decimal" autocomplete="off"></p>`
      : null
  }${
    takesNote
      ? html`<p><label for="${id('note')}">Note, where it is sent back or tried again</label>
<textarea id="${id('note')}" name="note" rows="2" maxlength="2000"></textarea></p>`
      : null
  }${
    needs('draft')
      ? html`<details><summary>Edit the answer</summary><p><label for="${id('answer')}">The answer, where you choose edit; its citations stay and are checked again</label>
<textarea id="${id('answer')}" name="answer" rows="10" maxlength="20000">
${draft?.answer ?? ''}</textarea></p></details>`
      : null
  }`;
}

/** Changes where something else is asked than before: a form in which somebody types is left alone meanwhile. */
export function versionOf(requests: readonly DecisionRequest[]): string {
  return requests.map(({ requestId, since }) => `${requestId} ${since}`).join(', ');
}
