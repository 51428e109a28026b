/** The lines that a citation names, at the commit that the run has pinned, with lines around them. */
import type { CitedLines } from '../../../application/sources/cited-lines.ts';
import { placeText } from '../../../application/words/outcome-words.ts';
import type { CheckedCitation } from '../../../contracts/evidence.ts';
import type { Snapshot } from '../../../contracts/snapshot.ts';
import { type Html, html } from '../../../lib/html.ts';
import { noticeHtml, statusHtml } from './values.ts';

export type SourceView = {
  citation: CheckedCitation;
  snapshot: Snapshot;
  found: CitedLines;
  /** The run's page, and the same lines with more around them; null where all are shown. */
  paths: { run: string; more: string | null };
};

export function sourceHtml({ citation, snapshot, found, paths }: SourceView): Html {
  const { path, status, reason, quote } = citation;
  return html`<p><a href="${paths.run}">Back to the run</a></p><h1><code>${placeText(citation)}</code></h1>
<p>${statusHtml(status)} ${reason === undefined ? null : html`<span class="soft">${reason}</span>`} <span class="soft">${snapshot.label}${atText(snapshot)}</span></p>
${found.lines === null ? missingHtml(quote) : linesHtml(path, found.lines)}
<p class="soft">${found.lines === null ? null : `${found.total} lines in all. `}${paths.more === null ? null : html`<a href="${paths.more}">Show more lines</a>`}</p>`;
}

function atText({ kind, id, label }: Snapshot): string {
  const commit = id.slice(0, 12);
  return kind === 'folder' || label.endsWith(commit) ? '' : ` at ${commit}`;
}

function linesHtml(path: string, lines: NonNullable<CitedLines['lines']>): Html {
  const rows = lines.map(
    ({ number, text, cited }) =>
      html`<span class="line${cited ? ' cited' : ''}" id="L${number}"><a href="#L${number}" aria-label="line ${number}">${number}</a>${text}
</span>`,
  );
  return html`<pre class="source" tabindex="0" role="region" aria-label="${path}"><code>${rows}</code></pre>`;
}

function missingHtml(quote: string): Html {
  return html`${noticeHtml('This machine does not hold these lines: the repository was opened on another machine, "switchyard gc" has removed its snapshot, or the snapshot has no such file.', 'bad')}
<h2>Quoted words</h2><pre tabindex="0">${quote}</pre>`;
}
