/** Runs: the list with its filters, one run, its timeline, what a step was asked, and the lines that a citation names. */
import { InvalidInput, RunBroken } from '../../../application/errors.ts';
import { readRating } from '../../../application/feedback/ratings.ts';
import { type FoundRun, findRun, isOpen } from '../../../application/runs/find-run.ts';
import { listRuns, type RunChoice } from '../../../application/runs/list-runs.ts';
import { runOfServer } from '../../../application/runs/load-run.ts';
import { finishedRun } from '../../../application/runs/run-record.ts';
import { type RunStatus, runStatuses } from '../../../application/runs/run-status.ts';
import { outcomeOf, progressOf } from '../../../application/runs/watch-run.ts';
import type { Session } from '../../../application/session/session.ts';
import type { AnswerOutcome, AnswerState } from '../../../contracts/run.ts';
import { type Html, html } from '../../../lib/html.ts';
import { HttpError } from '../../http/http-error.ts';
import { askForm, type AskValues } from '../html/ask-html.ts';
import { pageResponse, partResponse } from '../html/layout.ts';
import { runList } from '../html/lists-html.ts';
import { brokenRunHtml, endedRunHtml, openRunHtml, type RunView } from '../html/run-html.ts';
import { runFilters } from '../html/run-filters.ts';
import { stepHtml, timelineHtml } from '../html/timeline-html.ts';
import { runPath } from '../html/values.ts';
import { type PageHandler, type PageParts, servedName } from '../page-parts.ts';

const runsOfPage = 25;
const mostPages = 200;
const newForMs = 1000;

export const runsPage: PageHandler = async (request, { caller, signal }, parts) => {
  const query = new URL(request.url).searchParams;
  const page = Math.min(mostPages, Math.max(1, Math.trunc(Number(query.get('page') ?? '1')) || 1));
  const choice = { ...choiceOf(query), limit: runsOfPage + 1, skip: (page - 1) * runsOfPage };
  const rows = await listRuns(await parts.session.opened(), choice, signal);
  const shown = rows.slice(0, runsOfPage);
  const body = html`<h1>Runs</h1>${runFilters(query, parts)}
${shown.length === 0 ? html`<p>There are none.</p>` : runList(shown)}${pageLinks(query, page, rows.length > runsOfPage)}`;
  return pageResponse({ title: 'Runs', section: 'runs', caller: caller.name, body });
};

/** @throws InvalidInput for a status that there is not */
function choiceOf(query: URLSearchParams): Omit<RunChoice, 'limit'> {
  const given = (name: string) => (query.get(name) ?? '').trim().slice(0, 200);
  const named = (['benchmark', 'pipeline', 'repository', 'text'] as const).flatMap((name) =>
    given(name) === '' ? [] : [[name, given(name)] as const],
  );
  const status = given('status');
  if (status !== '' && !isStatus(status))
    throw new InvalidInput('status', `there is no status "${status}": take one of ${runStatuses.join(', ')}`);
  if (!/^[\w.-]{0,200}$/.test(given('benchmark'))) throw new InvalidInput('benchmark', 'no benchmark has such an id');
  return { ...Object.fromEntries(named), ...(isStatus(status) ? { status } : {}) };
}

const isStatus = (text: string): text is RunStatus => (runStatuses as readonly string[]).includes(text);

function pageLinks(query: URLSearchParams, page: number, more: boolean): Html {
  const link = (to: number, text: string) => {
    const next = new URLSearchParams(query);
    next.set('page', String(to));
    return html`<a href="/runs?${next.toString()}">${text}</a>`;
  };
  return html`<p class="pages">${page > 1 ? link(page - 1, 'Newer') : null} ${more ? link(page + 1, 'Older') : null}</p>`;
}

export const runPage: PageHandler = async (_request, { caller, params }, parts) => {
  const session = await parts.session.opened();
  const run = await findRun(session, params.id ?? '');
  const { title, body } = await runBody(session, run, parts);
  return pageResponse({ title, section: 'runs', caller: caller.name, body });
};

async function runBody(session: Session, run: FoundRun, parts: PageParts): Promise<{ title: string; body: Html }> {
  const { workflowId } = run.handle;
  const memo = run.description.memo?.question;
  const asked = typeof memo === 'string' ? memo : null;
  const base: RunView = { workflowId, webUrl: session.urlOf(workflowId, run.runId), question: asked, thread: null };
  if (isOpen(run)) {
    // What a run does that has just begun, its events tell as soon: a query would hold up its first steps. A long question
    // stands whole in the state alone.
    const isWhole = asked !== null && !asked.endsWith('…');
    const isNew = isWhole && Date.now() - run.description.startTime.getTime() < newForMs;
    const progress = isNew ? 'new' : await progressOf(session, run.handle);
    const { question = asked, thread = null } = progress === null || progress === 'new' ? {} : progress.state;
    return { title: question ?? 'Run', body: openRunHtml({ ...base, question, thread }, progress) };
  }
  try {
    const { outcome } = await outcomeOf(run.handle);
    return { title: outcome.state.question, body: await endedRunBody(session, run, outcome, parts) };
  } catch (error) {
    if (!(error instanceof RunBroken)) throw error;
    return { title: asked ?? 'Run', body: brokenRunHtml(base, run, error.message) };
  }
}

/** What a run's page shows once it has ended. */
export async function endedRunBody(
  session: Session,
  run: FoundRun,
  outcome: AnswerOutcome,
  parts: PageParts,
): Promise<Html> {
  const { workflowId } = run.handle;
  const { question, thread = null } = outcome.state;
  const [finished, rating] = await Promise.all([
    finishedRun(session, run, outcome),
    readRating(parts.settings, run.runId),
  ]);
  const view: RunView = { workflowId, webUrl: session.urlOf(workflowId, run.runId), question, thread };
  return endedRunHtml(view, { ...finished, rating }, askForm(parts, followUpOf(run, outcome.state, parts)));
}

/** The same pipeline and repository, as far as they are served. */
function followUpOf(run: FoundRun, { pipeline, thread }: AnswerState, parts: PageParts): AskValues {
  const repository = servedName(parts, run.description.memo?.repository);
  return {
    ...{ after: run.handle.workflowId, pipeline },
    ...(repository === undefined ? {} : { repository }),
    ...(thread === undefined ? {} : { thread: thread.id }),
  };
}

/** A page of its own, or what its link on the run's page is replaced by. */
function pageOrPart(request: Request, caller: string, title: string, body: Html, back: string): Response {
  if (new URL(request.url).searchParams.has('part')) return partResponse(body);
  const whole = html`<p><a href="${back}">Back to the run</a></p><h1>${title}</h1>${body}`;
  return pageResponse({ title, section: 'runs', caller, body: whole });
}

export const timelinePage: PageHandler = async (request, { caller, params: { id = '' } }, parts) => {
  const loaded = await runOfServer(await parts.session.opened(), id);
  return pageOrPart(request, caller.name, 'Timeline', timelineHtml(loaded), runPath(id));
};

export const stepPage: PageHandler = async (request, { caller, params: { id = '', step = '' } }, parts) => {
  const { trace } = await runOfServer(await parts.session.opened(), id);
  const span = trace.spans.find(({ key }) => key === step);
  if (span === undefined)
    throw new HttpError(404, 'the run has no such step: look at its timeline', { code: 'not_found' });
  const texts = await (await parts.steps()).textsOf(span);
  return pageOrPart(request, caller.name, span.name, stepHtml(span, texts), runPath(id, 'timeline'));
};
