/** What went wrong, under the name by which it is looked up, with the way out. */
import { html } from '../../../lib/html.ts';
import type { HttpError } from '../../http/http-error.ts';
import { pageResponse } from './layout.ts';
import { noticeHtml } from './values.ts';

/** @param caller who is signed in; null: nobody that is known */
export function errorPage({ status, code, message, headers }: HttpError, caller: string | null): Response {
  const body = html`<h1>${code ?? String(status)}</h1>${noticeHtml(message, 'bad')}
<p><a href="/">Ask</a>, or look at the <a href="/runs">runs</a>.</p>`;
  const response = pageResponse({ title: code ?? String(status), section: null, caller, body }, status);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
