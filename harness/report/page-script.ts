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
  const { route, label, arm, text } = Object.fromEntries(new FormData(form));
  const words = text.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const labels = ['baseline', 'candidate'].filter((side) => !arm || side === arm).flatMap((side) => row.dataset[side].split(' '));
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
    for (const name of ['route', 'label', 'arm', 'text']) form.elements[name].value = asked.get(name) ?? '';
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
