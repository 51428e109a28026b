/**
 * Follows a run while its page is open, and fetches parts of pages where they are opened. Without it every page works: what
 * is fetched here has an address of its own, and a run is looked at by loading its page again.
 */
const live = document.getElementById('live');
if (live !== null) follow(live);
addEventListener('toggle', (event) => open(event.target), true);

/** Where the connection breaks the browser comes again by itself, and is told everything from the beginning. */
function follow(element) {
  const source = new EventSource(element.dataset.events);
  const drafts = new Map();
  const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on('part', replacePart);
  on('draft', (piece) => showDraft(drafts, piece));
  on('problem', ({ text }) => {
    document.getElementById('problem').textContent = text;
  });
  on('end', (ended) => {
    source.close();
    showEnd(ended);
  });
  source.addEventListener('open', () => {
    document.getElementById('problem').textContent = '';
  });
  source.addEventListener('error', () => {
    const isOver = source.readyState === EventSource.CLOSED;
    document.getElementById('problem').textContent = isOver
      ? 'The server does not tell how it goes on: load the page again.'
      : 'The connection is lost; the run goes on. Trying again…';
  });
}

/** Markup that the server has escaped. A form in which somebody types is left alone while it asks the same. */
function replacePart({ id, html, version }) {
  const element = document.getElementById(id);
  if (element === null || (version !== undefined && element.dataset.version === version)) return;
  if (version !== undefined) element.dataset.version = version;
  element.innerHTML = html;
}

/** A piece says where in its draft it begins: a later attempt begins at 0 and replaces what was there. */
function showDraft(drafts, { call, name, from, text }) {
  let shown = drafts.get(call);
  if (shown === undefined) {
    const article = document.createElement('article');
    const head = article.appendChild(document.createElement('h2'));
    const body = article.appendChild(document.createElement('pre'));
    body.tabIndex = 0;
    shown = { head, body, text: '' };
    drafts.set(call, shown);
    document.getElementById('drafts').append(article);
  }
  shown.text = shown.text.slice(0, from) + text;
  shown.head.textContent = name;
  // A reply that calls tools has no words of its own.
  shown.head.parentElement.hidden = shown.text === '';
  shown.body.textContent = shown.text;
}

/** Markup that the server has escaped. */
function showEnd({ title, html }) {
  const main = document.getElementById('main');
  main.innerHTML = html;
  document.title = `${title} · Switchyard`;
  main.focus({ preventScroll: true });
}

/** A part that is opened for the first time is fetched, and put where the link to it stood. */
async function open(details) {
  if (!(details instanceof HTMLDetailsElement) || !details.open || !details.classList.contains('later')) return;
  details.classList.remove('later');
  const place = details.querySelector('p');
  const { href } = place.querySelector('a');
  place.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(`${href}?part=1`, { headers: { accept: 'text/html' } });
    if (!response.ok) throw new Error(String(response.status));
    const part = document.createElement('div');
    part.innerHTML = await response.text();
    place.replaceWith(part);
  } catch {
    place.removeAttribute('aria-busy');
    details.classList.add('later');
  }
}
