/** The buttons on a run's page. */
import type { RunRating } from '../../../application/feedback/ratings.ts';
import { type Html, html } from '../../../lib/html.ts';
import { runPath } from './values.ts';

export const steeringActions = ['cancel', 'pause', 'resume', 'retry'] as const;
export type SteeringName = (typeof steeringActions)[number];

const labels: Record<SteeringName, string> = {
  cancel: 'Cancel the run',
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry at the call that failed',
};

export function steeringForm(workflowId: string, action: SteeringName): Html {
  return html`<form method="post" action="${runPath(workflowId, action)}"><button class="${action === 'cancel' ? 'danger' : 'plain'}">${labels[action]}</button></form>`;
}

/** A rating replaces the one before. */
export function ratingForm(workflowId: string, rating: RunRating | null): Html {
  const given =
    rating === null
      ? null
      : html`<p>Rated ${rating.rating} by ${rating.by}${rating.note === '' ? null : `: ${rating.note}`}.</p>`;
  return html`<section aria-labelledby="rate"><h2 id="rate">Was it right?</h2>${given}
<form class="rate" method="post" action="${runPath(workflowId, 'rate')}">
<p><label for="rating-note">Note</label><input id="rating-note" name="note" maxlength="2000" autocomplete="off"></p>
<p class="buttons"><button name="rating" value="good">Good</button> <button class="plain" name="rating" value="bad">Bad</button></p></form></section>`;
}
