/** The filters above the list of runs: a form that asks by GET, so that what was chosen is an address. */
import { runStatuses } from '../../../application/runs/run-status.ts';
import { repositoryLabel } from '../../../contracts/run-memo.ts';
import { type Html, html } from '../../../lib/html.ts';
import type { PageParts } from '../page-parts.ts';

export function runFilters(
  query: URLSearchParams,
  { repositories, pipelines }: Pick<PageParts, 'repositories' | 'pipelines'>,
): Html {
  const chosen = query.get('status') ?? '';
  const statuses = ['', ...runStatuses].map(
    (status) =>
      html`<option value="${status}"${status === chosen ? html` selected` : null}>${status === '' ? 'any' : status}</option>`,
  );
  const benchmark = query.get('benchmark') ?? '';
  return html`<form class="filters" method="get" action="/runs" role="search">
<p><label for="text">Words</label><input id="text" name="text" type="search" value="${query.get('text') ?? ''}"></p>
<p><label for="status">Status</label><select id="status" name="status">${statuses}</select></p>
${known(
  'pipeline',
  'Pipeline',
  query,
  pipelines.map(({ name }) => name),
)}
${known(
  'repository',
  'Repository',
  query,
  repositories.map(({ given }) => repositoryLabel(given)),
)}
${benchmark === '' ? null : html`<p><label for="benchmark">Benchmark</label><input id="benchmark" name="benchmark" value="${benchmark}"></p>`}
<p class="buttons"><button>Show</button></p></form>`;
}

/** Of pipelines and repositories that are not served any more there may be runs, too. */
function known(name: string, label: string, query: URLSearchParams, names: readonly string[]): Html {
  return html`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" list="${name}-names" value="${query.get(name) ?? ''}">
<datalist id="${name}-names">${names.map((each) => html`<option value="${each}"></option>`)}</datalist></p>`;
}
