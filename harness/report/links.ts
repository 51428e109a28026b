/** Where a figure leads: places in the report, and the runs behind them. */
import { html, type Html } from '../../lib/html.ts';

/** The id of a question's place in the report; different questions have different ones. */
export const questionAnchor = (id: string): string => `q-${plainId(id)}`;
export const routeAnchor = (route: string): string => `route-${plainId(route)}`;

function plainId(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
}

/** Text between brackets of a fragment: which questions the table is to show. */
export type RunFilter = { route?: string; label?: string; variant?: 'baseline' | 'candidate' };

/** The fragment that shows these questions in the table. */
export function runsFragment(filter: RunFilter): string {
  return `questions?${new URLSearchParams(filter)}`;
}

/**
 * Null for what a page must not lead to: anything but http, https, and files by a path.
 * @param base of relative paths: from the report's folder to the log's, empty or ending in `/`
 */
export function safeHref(target: string, base = ''): string | null {
  if (/^https?:\/\/[^\s\p{Cc}]+$/iu.test(target)) return target;
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//') || /\p{Cc}|\\|(^|\/)\.\.(\/|$)/u.test(target))
    return null;
  const path = target.split('/').map(encodeURIComponent).join('/');
  return target.startsWith('/') ? `file://${path}` : `${base}${path}`;
}

/** The text alone where it must not be a link. */
export function link(text: string, target: string | null, base = ''): Html {
  const href = target === null ? null : safeHref(target, base);
  return href === null ? html`${text}` : html`<a href="${href}" rel="noreferrer">${text}</a>`;
}
