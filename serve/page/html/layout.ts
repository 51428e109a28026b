/** The frame around every page, and the headers that keep what is shown inert. */
import { type Html, html } from '../../../lib/html.ts';

export type Section = 'ask' | 'runs' | 'threads' | 'decisions' | 'benchmarks';

export type Page = {
  title: string;
  /** Where in the navigation it belongs. */
  section: Section | null;
  /** Who is signed in; null: nobody that is known. */
  caller: string | null;
  body: Html;
};

/**
 * Scripts, styles and connections of our own origin alone; nothing inline, and nothing of the network: markup that got
 * through the escaping would still do nothing.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const sections: readonly [Section, string, string][] = [
  ['ask', '/', 'Ask'],
  ['runs', '/runs', 'Runs'],
  ['threads', '/threads', 'Threads'],
  ['decisions', '/decisions', 'Decisions'],
  ['benchmarks', '/benchmarks', 'Benchmarks'],
];

export function pageResponse(page: Page, status = 200): Response {
  return htmlResponse(documentOf(page), status);
}

/** A piece of a page, which the script puts where the link to it stood. */
export function partResponse(body: Html): Response {
  return htmlResponse(body, 200);
}

function htmlResponse({ text }: Html, status: number): Response {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': pagePolicy,
  };
  return new Response(text, { status, headers });
}

/** The browser goes on by GET: loading the page again sends nothing a second time. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

function documentOf({ title, section, caller, body }: Page): Html {
  const links = sections.map(
    ([name, href, text]) =>
      html`<li><a href="${href}"${name === section ? html` aria-current="page"` : null}>${text}</a></li>`,
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title} · Switchyard</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/page.css"><script type="module" src="/assets/page.js"></script></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header><a class="name" href="/">Switchyard</a><nav aria-label="Sections"><ul>${links}</ul></nav></header>
<main id="main" tabindex="-1">${body}</main>
${caller === null ? null : html`<footer><form method="post" action="/logout">Signed in as ${caller}. <button class="plain">Sign out</button></form></footer>`}</body></html>
`;
}
