/** Small things that many pages show: times, addresses of runs, lists of facts, notices. */
import { type Html, html } from '../../../lib/html.ts';

/** The page of a run, or of something below it. Ids of benchmarks' runs hold slashes. */
export function runPath(workflowId: string, ...below: string[]): string {
  return `/runs/${[workflowId, ...below].map(encodeURIComponent).join('/')}`;
}

/** @param iso ISO 8601 */
export function timeHtml(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 120_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 60_000)} min`;
}

/** Nothing where there is nothing to tell. */
export function listHtml(title: string, items: readonly string[]): Html | null {
  if (items.length === 0) return null;
  return html`<section><h2>${title}</h2><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></section>`;
}

/** @param tone `bad`: something did not work */
export function noticeHtml(text: string | Html, tone: 'plain' | 'bad' = 'plain'): Html {
  return html`<p class="notice ${tone}"${tone === 'bad' ? html` role="alert"` : null}>${text}</p>`;
}

/** A part of a page that is fetched when it is opened; without a script the link leads to a page of its own. */
export function laterHtml(summary: string | Html, href: string, link: string): Html {
  return html`<details class="later"><summary>${summary}</summary><p><a href="${href}">${link}</a></p></details>`;
}

/** A web address as a link; anything else, such as the path of a file, as text. */
export function addressHtml(address: string): Html {
  const isWeb = /^https?:\/\//.test(address) && URL.canParse(address);
  return isWeb ? html`<a href="${address}" rel="noreferrer">${address}</a>` : html`<code>${address}</code>`;
}

/** `waiting`, `answered`, `failed`…, in a color of its own. */
export function statusHtml(status: string): Html {
  const tone = /^(answered|completed|verified|good)$/.test(status)
    ? 'fine'
    : /^(running|waiting|repaired|insufficient-evidence)$/.test(status)
      ? 'open'
      : 'bad';
  return html`<span class="status ${tone}">${status}</span>`;
}
