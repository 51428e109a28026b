/** Threads, what runs ask people, and benchmarks with their reports. */
import { listedBenchmarks, reportOf } from '../../../application/benchmarks/benchmark-reports.ts';
import { pendingRequests } from '../../../application/runs/pending-requests.ts';
import { labelled } from '../../../application/threads/labels.ts';
import { readTurns } from '../../../application/threads/read-turns.ts';
import { expectThreadId, threadsOf, turnsOf } from '../../../application/threads/turns.ts';
import { html } from '../../../lib/html.ts';
import { HttpError } from '../../http/http-error.ts';
import { askForm } from '../html/ask-html.ts';
import { decisionHtml } from '../html/decision-html.ts';
import { pageResponse } from '../html/layout.ts';
import { benchmarkList, threadList, turnTree } from '../html/lists-html.ts';
import { listHtml, noticeHtml, runPath } from '../html/values.ts';
import { type PageHandler, servedName } from '../page-parts.ts';

const shownThreads = 100;

export const threadsPage: PageHandler = async (_request, { caller }, parts) => {
  const threads = threadsOf(await turnsOf(await parts.session.opened())).slice(0, shownThreads);
  const none = html`<p>There are none yet: ask a question with the name of a thread, or a follow-up on the page of a run.</p>`;
  const body = html`<h1>Threads</h1>${threads.length === 0 ? none : threadList(threads)}`;
  return pageResponse({ title: 'Threads', section: 'threads', caller: caller.name, body });
};

export const threadPage: PageHandler = async (_request, { caller, params, signal }, parts) => {
  const id = expectThreadId(params.id ?? '');
  const session = await parts.session.opened();
  const turns = labelled(await turnsOf(session, id));
  if (turns.length === 0)
    throw new HttpError(404, `there is no thread ${id}: see the list of threads`, { code: 'not_found' });
  const [last] = turns.toReversed().filter(({ status }) => status !== 'running' && status !== 'waiting');
  const repository = servedName(parts, last?.repository);
  const values = {
    ...{ thread: id, pipeline: last?.pipeline ?? '' },
    ...(repository === undefined ? {} : { repository }),
  };
  const body = html`<h1>Thread ${id}</h1>${turnTree(await readTurns(session, turns, signal))}
<section><h2>Ask on</h2><p class="soft">After the turn that ended last. To go on from another one, ask on its page.</p>${askForm(parts, values)}</section>`;
  return pageResponse({ title: `Thread ${id}`, section: 'threads', caller: caller.name, body });
};

export const decisionsPage: PageHandler = async (_request, { caller, signal }, parts) => {
  const { requests, silent } = await pendingRequests(await parts.session.opened(), null, signal);
  const items = requests.map(
    ({ workflowId, runId: _, question, ...request }) =>
      html`<article><h2><a href="${runPath(workflowId)}">${question ?? workflowId}</a></h2>${decisionHtml(workflowId, request)}</article>`,
  );
  const waits = silent.map((id) => `${id} waits, and no worker tells for what`);
  const body = html`<h1>Decisions</h1>${items.length === 0 ? html`<p>Nothing is asked.</p>` : items}${listHtml('Not told', waits)}`;
  return pageResponse({ title: 'Decisions', section: 'decisions', caller: caller.name, body });
};

export const benchmarksPage: PageHandler = async (_request, { caller }, { settings }) => {
  const { benchmarks, unreadable } = await listedBenchmarks(settings.dataDirectory);
  const none = html`<p>There are none yet: "switchyard bench run" makes one.</p>`;
  const problems = unreadable.map(({ id, problem }) => noticeHtml(`${id} can not be read: ${problem}`, 'bad'));
  const body = html`<h1>Benchmarks</h1>${benchmarks.length === 0 ? none : benchmarkList(benchmarks)}${problems}`;
  return pageResponse({ title: 'Benchmarks', section: 'benchmarks', caller: caller.name, body });
};

/** A page of its own, which may run its own script by its hash, and has no part in this site: no cookie, no form, no frame. */
export const benchmarkReport: PageHandler = async (_request, { params: { id = '' } }, { settings }) => {
  const report = await reportOf(settings.dataDirectory, id);
  if (report === null)
    throw new HttpError(404, `there is no report of ${id}: "switchyard bench report ${id}" writes one`, {
      code: 'not_found',
    });
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': reportPolicy(report) };
  return new Response(report, { headers });
};

/** The policy that stands in the report, which names its script and style by their hashes; without one nothing runs. */
function reportPolicy(report: string): string {
  const own = /<meta http-equiv="Content-Security-Policy" content="([^"<>]{1,2000})">/.exec(
    report.slice(0, 5_000),
  )?.[1];
  const stated =
    own === undefined ? "default-src 'none'; sandbox" : `${own.replaceAll('&#39;', "'")}; sandbox allow-scripts`;
  return `${stated}; frame-ancestors 'none'`;
}
