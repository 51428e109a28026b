/** What a person does to a run: cancel, pause, resume, retry and rate it, and decide what it asks. */
import { InvalidInput } from '../../../application/errors.ts';
import { rateRun } from '../../../application/feedback/rate-run.ts';
import { decideRun, type Told } from '../../../application/runs/decide-run.ts';
import { findOpenRun } from '../../../application/runs/find-run.ts';
import { cancelRun, pauseRun, resumeRun, retryRun } from '../../../application/runs/steer-run.ts';
import type { Session } from '../../../application/session/session.ts';
import type { Decision } from '../../../contracts/decision.ts';
import { html } from '../../../lib/html.ts';
import { pageResponse, seeOther } from '../html/layout.ts';
import type { SteeringName } from '../html/run-forms.ts';
import { noticeHtml, runPath } from '../html/values.ts';
import type { PageHandler } from '../page-parts.ts';

/** The page of a run that goes on shows how it ends: nobody waits here for that. */
const cancelMs = 1_500;

const doings: Record<SteeringName, (session: Session, workflowId: string) => Promise<unknown>> = {
  cancel: async (session, id) => cancelRun(await findOpenRun(session, id), AbortSignal.timeout(cancelMs)),
  pause: pauseRun,
  resume: resumeRun,
  retry: retryRun,
};

export const steer =
  (action: SteeringName): PageHandler =>
  async (_request, { params: { id = '' } }, parts) => {
    await doings[action](await parts.session.opened(), id);
    return seeOther(runPath(id));
  };

export const rate: PageHandler = async (request, { caller, params: { id = '' } }, parts) => {
  const form = new URLSearchParams(await request.text());
  const rating = form.get('rating');
  if (rating !== 'good' && rating !== 'bad') throw new InvalidInput('rating', 'an answer is rated good or bad');
  const note = (form.get('note') ?? '').trim();
  const { sent } = await rateRun(await parts.session.opened(), parts.settings, id, { rating, note, by: caller.name });
  if (sent === null || sent.ok) return seeOther(runPath(id));
  const body = html`<h1>Rated</h1>${noticeHtml(`The rating is kept here, and its trace in Langfuse does not have it: ${sent.problem}`, 'bad')}
<p><a href="${runPath(id)}">Back to the run</a></p>`;
  return pageResponse({ title: 'Rated', section: 'runs', caller: caller.name, body });
};

/** A decision that stands leads back to the run; any other says what became of it. */
export const decide: PageHandler = async (request, { caller, params: { id = '' } }, parts) => {
  const decision = decisionOf(new URLSearchParams(await request.text()), caller.name);
  const session = await parts.session.opened();
  await findOpenRun(session, id);
  const told = await decideRun(session, id, decision);
  if (told.kind === 'applied') return seeOther(runPath(id));
  const isKept = told.kind === 'sent' || told.kind === 'buffered';
  const body = html`<h1>${decision.requestId}: ${decision.decision}</h1>${noticeHtml(toldText(told), isKept ? 'plain' : 'bad')}
<p><a href="${runPath(id)}">Back to the run</a></p>`;
  const page = { title: 'Decision', section: 'decisions', caller: caller.name, body } as const;
  return pageResponse(page, isKept ? 200 : 409);
};

/** Fields that are left empty are none. @throws InvalidInput for an amount that is no number */
function decisionOf(form: URLSearchParams, by: string): Decision {
  const given = (name: string) => (form.get(name) ?? '').trim();
  const [note, amount, answer, choice] = [given('note'), given('amount'), given('answer'), given('choice')];
  if (amount !== '' && !Number.isFinite(Number(amount)))
    throw new InvalidInput('amount', `an amount is a number, not "${amount.slice(0, 40)}"`);
  return {
    requestId: given('request'),
    decision: choice,
    by,
    ...(note === '' ? {} : { note }),
    ...(amount === '' || choice !== 'grant' ? {} : { amount: Number(amount) }),
    // The form always has the words of the draft.
    ...(answer === '' || choice !== 'edit' ? {} : { draft: { answer } }),
  };
}

function toldText(told: Exclude<Told, { kind: 'applied' }>): string {
  switch (told.kind) {
    case 'buffered':
      return 'The run does not ask this yet. The decision is kept until it does.';
    case 'sent':
      return 'No worker runs. The server keeps the decision, and the run takes it once there is one ("switchyard up").';
    case 'too-late':
      return `Too late: ${told.reason}`;
    case 'refused':
      return `Not applied, and still open: ${told.reason}`;
    default:
      return told satisfies never;
  }
}
