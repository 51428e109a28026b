/** How a run ended: the answer first, then what it rests on, then what it took. */
import type { FinishedRun } from '../../../application/runs/run-record.ts';
import { changedPlaces, readAs } from '../../../application/words/thread-words.ts';
import { type Fact, outcomeFacts } from '../../../application/words/outcome-facts.ts';
import { headlineOf, placeText } from '../../../application/words/outcome-words.ts';
import type { CheckedCitation } from '../../../contracts/evidence.ts';
import { type Html, html } from '../../../lib/html.ts';
import { answerHtml } from './answer-html.ts';
import { listHtml, noticeHtml, runPath, statusHtml } from './values.ts';

export function outcomeHtml(run: FinishedRun): Html {
  const { outcome, workflowId } = run;
  const { state } = outcome;
  const headline = headlineOf(outcome);
  const remark = readAs(state);
  const answer = (state.final_answer ?? '').trim();
  return html`<section aria-label="Answer"><h2>Answer ${statusHtml(outcome.kind)}</h2>
${headline === null ? null : noticeHtml(headline)}${remark === null ? null : html`<p class="soft">${remark}</p>`}
${answer === '' ? html`<p class="soft">There is none.</p>` : answerHtml(answer)}</section>
${sourcesHtml(state.evidence, (number) => runPath(workflowId, 'sources', String(number)))}
${listHtml('Left open', state.gaps)}
${listHtml('Cited before, and changed since', changedPlaces(state))}
${listHtml(
  'Superseded',
  state.superseded.map(({ specialist, reason }) => `${specialist}: ${reason}`),
)}`;
}

/** @param path of the page that shows the lines; from 1 */
export function sourcesHtml(citations: readonly CheckedCitation[], path: (number: number) => string): Html | null {
  if (citations.length === 0) return null;
  const items = citations.map((citation, at) => {
    const { status, reason, quote } = citation;
    return html`<li><a href="${path(at + 1)}"><code>${placeText(citation)}</code></a> ${statusHtml(status)}
${reason === undefined ? null : html`<span class="soft">${reason}</span>`}<details><summary>Quoted words</summary><pre tabindex="0">${quote}</pre></details></li>`;
  });
  return html`<section aria-label="Sources"><h2>Sources</h2>
<p class="soft">“verified” says that the quoted words stand on those lines, not that they answer.</p><ol class="sources">${items}</ol></section>`;
}

/** What it took, as names and values. */
export function factsHtml(run: FinishedRun): Html {
  return factList(outcomeFacts(run));
}

/** A note on the fact before has no name of its own. */
export function factList(facts: readonly (Fact | [string, Html])[]): Html {
  const rows = facts.map(([name, value]) => html`${name === '' ? null : html`<dt>${name}</dt>`}<dd>${value}</dd>`);
  return html`<dl>${rows}</dl>`;
}
