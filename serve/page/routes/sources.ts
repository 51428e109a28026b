/** The lines that a citation names: of the answer, or of a draft that a person is asked about. */
import { findRun, type FoundRun, isOpen } from '../../../application/runs/find-run.ts';
import { pendingRequests } from '../../../application/runs/pending-requests.ts';
import { outcomeOf, stateOfRun } from '../../../application/runs/watch-run.ts';
import type { Session } from '../../../application/session/session.ts';
import { citedLines } from '../../../application/sources/cited-lines.ts';
import { placeText } from '../../../application/words/outcome-words.ts';
import type { CheckedCitation } from '../../../contracts/evidence.ts';
import type { AnswerState } from '../../../contracts/run.ts';
import { HttpError } from '../../http/http-error.ts';
import { pageResponse } from '../html/layout.ts';
import { sourceHtml } from '../html/source-html.ts';
import { runPath } from '../html/values.ts';
import type { PageHandler } from '../page-parts.ts';

/** Lines before and after, at first and where more are asked for. */
const around = { usual: 12, more: 150 } as const;

export const sourcePage: PageHandler = async (request, { caller, params, signal }, parts) => {
  const { id = '', number = '' } = params;
  const query = new URL(request.url).searchParams;
  const session = await parts.session.opened();
  const run = await findRun(session, id);
  const state = await stateOf(session, run, signal);
  const requestId = query.get('request');
  const citations = requestId === null ? state.evidence : await draftCitations(session, id, requestId, signal);
  const citation = /^[1-9]\d{0,3}$/.test(number) ? citations[Number(number) - 1] : undefined;
  if (citation === undefined || state.snapshot === null)
    throw new HttpError(404, `there is no source ${number} of this run: look at its page`, { code: 'not_found' });
  const isMore = query.has('more');
  const found = citedLines(parts.settings, state.snapshot, citation, isMore ? around.more : around.usual);
  const isWhole = found.lines === null || found.lines.length >= found.total;
  query.set('more', '1');
  const more = isMore || isWhole ? null : `${runPath(id, 'sources', number)}?${query.toString()}`;
  const body = sourceHtml({ citation, snapshot: state.snapshot, found, paths: { run: runPath(id), more } });
  return pageResponse({ title: placeText(citation), section: 'runs', caller: caller.name, body });
};

/** @throws RunBroken; RunSilent */
async function stateOf(session: Session, run: FoundRun, signal: AbortSignal): Promise<AnswerState> {
  if (isOpen(run)) return (await stateOfRun(session, run.handle, signal)).state;
  return (await outcomeOf(run.handle)).outcome.state;
}

/** Those of a request that was decided meanwhile are gone. */
async function draftCitations(
  session: Session,
  workflowId: string,
  requestId: string,
  signal: AbortSignal,
): Promise<readonly CheckedCitation[]> {
  const { requests } = await pendingRequests(session, workflowId, signal);
  return requests.find((each) => each.requestId === requestId)?.draft?.citations ?? [];
}
