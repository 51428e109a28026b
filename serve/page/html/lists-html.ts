/** Runs, threads and benchmarks as lists that a phone shows as well as a wide screen. */
import type { ListedBenchmark } from '../../../application/benchmarks/benchmark-reports.ts';
import type { RunRow } from '../../../application/runs/list-runs.ts';
import type { ReadTurn } from '../../../application/threads/read-turns.ts';
import { changedPlaces, readAs } from '../../../application/words/thread-words.ts';
import type { ThreadRow } from '../../../application/threads/turns.ts';
import { type Html, html } from '../../../lib/html.ts';
import { runPath, statusHtml, timeHtml } from './values.ts';

/** The state first, then the question as the link, then what it is about. */
export function runList(rows: readonly RunRow[]): Html {
  const items = rows.map(({ id, started, status, outcome, question, pipeline, repository, route, doing }) => {
    const about = [repository, pipeline, route].filter((each) => each !== null).join(' · ');
    return html`<li>${statusHtml(outcome ?? status)} <a href="${runPath(id)}">${question ?? id}</a>
<span class="soft">${about} · ${timeHtml(started)}</span>${doing === null ? null : html`<span class="soft">${doing}</span>`}</li>`;
  });
  return html`<ul class="rows">${items}</ul>`;
}

export function threadList(threads: readonly ThreadRow[]): Html {
  const items = threads.map(({ id, turns, branches, last, status, question }) => {
    const branched = branches === 0 ? '' : `, ${countOf(branches, 'branch', 'branches')}`;
    return html`<li>${statusHtml(status)} <a href="${threadPath(id)}">${question ?? id}</a>
<span class="soft">${countOf(turns, 'turn', 'turns')}${branched} · ${timeHtml(last)} · ${id}</span></li>`;
  });
  return html`<ul class="rows">${items}</ul>`;
}

export const threadPath = (id: string): string => `/threads/${encodeURIComponent(id)}`;

type Tree = { below: ReadonlyMap<string | null, readonly ReadTurn[]>; known: ReadonlySet<string> };

/** Each turn below the one that it goes on from; turns without branches stand below each other on one level. */
export function turnTree(turns: readonly ReadTurn[]): Html {
  const known = new Set(turns.map(({ id }) => id));
  const below = Map.groupBy(turns, ({ parent }) => (parent !== null && known.has(parent) ? parent : null));
  return branch({ below, known }, below.get(null) ?? []);
}

/** A chain is a list; where two turns go on from one, each begins a list of its own. */
function branch(tree: Tree, first: readonly ReadTurn[]): Html {
  if (first.length > 1)
    return html`<ul class="branches">${first.map((turn) => html`<li>${branch(tree, [turn])}</li>`)}</ul>`;
  const items: Html[] = [];
  let next = first;
  while (next.length === 1) {
    const [turn] = next;
    if (turn === undefined) break;
    items.push(turnItem(turn, tree));
    next = tree.below.get(turn.id) ?? [];
  }
  return html`<ol class="rows turns">${items}</ol>${next.length === 0 ? null : branch(tree, next)}`;
}

function turnItem({ id, label, parent, question, outcome, status, started, state }: ReadTurn, { known }: Tree): Html {
  const remarks = state === null ? [] : [readAs(state), ...changedPlaces(state)].filter((each) => each !== null);
  // A thread may begin with what goes on from a run by itself.
  const before = parent === null || known.has(parent) ? null : html`, after <a href="${runPath(parent)}">${parent}</a>`;
  return html`<li>${statusHtml(outcome ?? status)} <span class="label">${label}</span> <a href="${runPath(id)}">${question ?? id}</a>
<span class="soft">${timeHtml(started)}${before}</span>${remarks.map((remark) => html`<span class="soft">${remark}</span>`)}</li>`;
}

export function benchmarkList(benchmarks: readonly ListedBenchmark[]): Html {
  const items = benchmarks.map(({ manifest, hasReport }) => {
    const { id, dataset, questions, trials, variants, startedAt, offline } = manifest;
    const names = variants.map(({ name }) => name).join(', ');
    const report = html`<a href="/benchmarks/${encodeURIComponent(id)}/report">report</a>`;
    return html`<li><strong>${id}</strong> ${hasReport ? report : html`<span class="soft">no report yet</span>`} <a href="/runs?${query(id)}">runs</a>
<span class="soft">${countOf(questions, 'question', 'questions')} of ${dataset}, ${countOf(trials, 'trial', 'trials')}, ${names}${offline ? ', by the offline model' : ''} · ${timeHtml(new Date(startedAt).toISOString())}</span></li>`;
  });
  return html`<ul class="rows">${items}</ul>`;
}

const query = (benchmark: string): string => new URLSearchParams({ benchmark }).toString();
const countOf = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
