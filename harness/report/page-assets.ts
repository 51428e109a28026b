/** The report's only script: sorts and filters the table of questions, and opens the question that a link names. */

export const pageScript = `
'use strict';
const table = document.getElementById('question-table');
const rows = [...table.tBodies[0].rows];
const heads = [...table.tHead.rows[0].cells];
const form = document.getElementById('filters');
const detailsOf = (row) => document.getElementById(decodeURIComponent(row.querySelector('a').hash.slice(1)));

function sortBy(at) {
  const head = heads[at];
  const down = head.getAttribute('aria-sort') === 'ascending';
  for (const each of heads) each.setAttribute('aria-sort', each === head ? (down ? 'descending' : 'ascending') : 'none');
  const key = (row) => {
    const cell = row.cells[at];
    const value = cell.dataset.v;
    return value === undefined ? cell.textContent : value === '' ? Infinity : Number(value);
  };
  const order = (one, other) => {
    const [a, b] = [key(one), key(other)];
    if (typeof a === 'string') return a.localeCompare(b, undefined, { numeric: true });
    return a === b ? 0 : a - b;
  };
  const sorted = [...rows].sort((one, other) => (down ? -order(one, other) : order(one, other)));
  table.tBodies[0].append(...sorted);
}

function filter() {
  const { route, label, variant, text } = Object.fromEntries(new FormData(form));
  const words = text.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const labels = ['baseline', 'candidate'].filter((side) => !variant || side === variant).flatMap((side) => row.dataset[side].split(' '));
    const fits = (!route || row.dataset.route === route) && (!label || labels.includes(label)) && row.textContent.toLowerCase().includes(words);
    row.hidden = !fits;
    detailsOf(row).hidden = !fits;
    shown += fits ? 1 : 0;
  }
  document.getElementById('shown').textContent = shown + ' of ' + rows.length + ' questions.';
}

function follow() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  if (fragment.startsWith('questions?')) {
    const asked = new URLSearchParams(location.hash.slice(location.hash.indexOf('?') + 1));
    for (const name of ['route', 'label', 'variant', 'text']) form.elements[name].value = asked.get(name) ?? '';
    filter();
    document.getElementById('questions').scrollIntoView();
    return;
  }
  const place = document.getElementById(fragment);
  if (place === null || place.tagName !== 'DETAILS') return;
  place.hidden = false;
  for (const each of [place, ...place.querySelectorAll('details.tree')]) each.open = true;
  place.scrollIntoView();
  place.querySelector('summary').focus({ preventScroll: true });
}

heads.forEach((head, at) => head.firstElementChild.addEventListener('click', () => sortBy(at)));
form.addEventListener('input', filter);
form.addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', follow);
filter();
follow();
`;

// The report's style: light and dark, from a phone to a wide screen; every focus is seen.

export const pageStyle = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--ink:#1c2430;--soft:#5a6472;--faint:#d7dbe1;--link:#0b5cad;--good:#0f7a4a;--bad:#b3261e;--mark:#8a4b00;--markground:#fff1dc;
--variant-1:#2f6fd0;--variant-2:#c96a00;--variant-3:#0f7a6c;--variant-4:#9b3fb5;--variant-5:#77808c;--variant-6:#b3261e;--part-1:#9aa3af;--part-2:#2f6fd0;--part-3:#0f7a6c;--part-4:#b3261e;--part-5:#c96a00}
@media (prefers-color-scheme:dark){:root{--ground:#14181e;--panel:#1d232b;--ink:#e6e9ee;--soft:#a5aebb;--faint:#39424e;--link:#7db4ff;--good:#63cf9b;--bad:#ff8f85;--mark:#ffc27a;--markground:#3a2a14;
--variant-1:#6fa5ff;--variant-2:#f0a04b;--variant-3:#4cc7b4;--variant-4:#d08be4;--variant-5:#a5aebb;--variant-6:#ff8f85;--part-1:#8590a0;--part-2:#6fa5ff;--part-3:#4cc7b4;--part-4:#ff8f85;--part-5:#f0a04b}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:75rem;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--faint)}h3,h4{margin:.75rem 0 .25rem}
a{color:var(--link)}code{font-size:.9em}ul,ol{padding-left:1.3rem;margin:.5rem 0}small,figcaption{color:var(--soft)}figcaption b{color:var(--ink)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav a{margin-right:.9rem;display:inline-block}
.offline{background:var(--markground);color:var(--mark);padding:.5rem .75rem;border-radius:.4rem}
.verdict{font-size:1.15rem;border-left:.4rem solid var(--soft);padding:.4rem .75rem;background:var(--panel)}
.verdict.justified{border-color:var(--good)}.verdict.not-justified{border-color:var(--bad)}.verdict.not-comparable{border-color:var(--mark)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
figure{margin:0;padding:.5rem;background:var(--panel);border-radius:.4rem}figure svg{width:100%;height:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid var(--faint);vertical-align:top;overflow-wrap:normal}
thead th{white-space:nowrap}tbody th{font-weight:400}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bad)}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:3px solid var(--link)}
th[aria-sort=ascending] button::after{content:" \\25B2"}th[aria-sort=descending] button::after{content:" \\25BC"}
#filters{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;position:sticky;top:0;background:var(--ground);padding:.5rem 0;z-index:1}
select,input{font:inherit;max-width:100%;color:inherit;background:var(--panel);border:1px solid var(--soft);border-radius:.3rem;padding:.2rem .4rem}
.c-question span{color:var(--soft)}
details.question{border:1px solid var(--faint);border-radius:.4rem;margin:.4rem 0;padding:.4rem .75rem;scroll-margin-top:4rem}summary{cursor:pointer}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:var(--soft)}dd{margin:0}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}.sides>section{min-width:0}
blockquote{margin:.5rem 0;padding:.5rem .75rem;background:var(--panel);border-left:.25rem solid var(--faint);white-space:pre-wrap}
q{color:var(--soft);white-space:pre-wrap;font-size:.9em}
.label{border:1px solid var(--soft);border-radius:1rem;padding:0 .6rem;font-size:.85rem;white-space:nowrap}.label.first{background:var(--ink);color:var(--ground);border-color:var(--ink)}
.trace{font-size:.82rem}.trace svg{width:6rem;height:.6rem;fill:var(--part-2)}.trace .overhead svg{fill:var(--part-5)}
.trace .depth-0{font-weight:600}.trace .depth-1{padding-left:1rem}.trace .depth-2{padding-left:2rem}
.mark{font-style:normal;font-size:.8rem;background:var(--markground);color:var(--mark);border-radius:.3rem;padding:0 .35rem}
[hidden]{display:none}
@media (max-width:48rem){#question-table{table-layout:fixed;font-size:.82rem}#question-table :is(th,td){white-space:normal;overflow-wrap:anywhere;padding:.3rem .2rem}.c-question{width:36%}.c-points{width:16%}#filters label{width:100%}.trace svg{width:3rem}.trace th,.trace td{padding:.3rem .25rem}.trace .depth-1{padding-left:.5rem}.trace .depth-2{padding-left:1rem}.sides{grid-template-columns:1fr}.c-route,.c-ms,.c-tokens{display:none}#filters{position:static}dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}}
@media print{#filters{display:none}}
`;
