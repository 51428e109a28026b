/** Asking: the form, and what becomes of it. */
import { InvalidInput, RunExists } from '../../../application/errors.ts';
import { withNotes } from '../../../application/memory/with-notes.ts';
import { type QuestionOptions, questionInput } from '../../../application/questions/question-input.ts';
import { listRuns } from '../../../application/runs/list-runs.ts';
import { startRun } from '../../../application/runs/start-run.ts';
import { newThreadId, startTurn } from '../../../application/threads/start-turn.ts';
import { DecisionPolicies } from '../../../contracts/pipeline.ts';
import { threadOfRunId, turnPrefix } from '../../../contracts/threads/thread.ts';
import { html } from '../../../lib/html.ts';
import { askForm, type AskValues } from '../html/ask-html.ts';
import { pageResponse, seeOther } from '../html/layout.ts';
import { runList } from '../html/lists-html.ts';
import { noticeHtml, runPath } from '../html/values.ts';
import type { PageHandler, PageParts } from '../page-parts.ts';

const shownRuns = 10;

export const askPage: PageHandler = async (_request, { caller, signal }, parts) => {
  const rows = await listRuns(await parts.session.opened(), { limit: shownRuns }, signal);
  const lately = rows.length === 0 ? null : html`<section><h2>Lately</h2>${runList(rows)}</section>`;
  const body = html`<h1>Ask a repository</h1>${askForm(parts)}${lately}`;
  return pageResponse({ title: 'Ask', section: 'ask', caller: caller.name, body });
};

/** What is wrong is told above the form, in which everything stands as it was. */
export const ask: PageHandler = async (request, { caller }, parts) => {
  const form = new URLSearchParams(await request.text());
  const values = valuesOf(form);
  try {
    const id = idOf(form.get('id') ?? '');
    return seeOther(runPath(await start(parts, values, { id, user: caller.name })));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const body = html`<h1>Ask a repository</h1>${noticeHtml(error.message, 'bad')}${askForm(parts, values)}`;
    return pageResponse({ title: 'Ask', section: 'ask', caller: caller.name, body }, 400);
  }
};

function valuesOf(form: URLSearchParams): AskValues & { question: string; thread: string } {
  const after = form.get('after');
  return {
    question: form.get('question') ?? '',
    repository: form.get('repository') ?? '',
    pipeline: form.get('pipeline') ?? '',
    thread: (form.get('thread') ?? '').trim(),
    ...(after === null ? {} : { after }),
    decisions: form.getAll('decisions'),
  };
}

/** The one that the form was given; another one could be that of any workflow. */
function idOf(given: string): string {
  if (/^(ask|turn)-[0-9a-z]{9}-[0-9a-z]{10}$/.test(given)) return given;
  throw new InvalidInput('id', 'this form is not one of this page: load it again');
}

/** @returns the id of the run, also where the same form has started it before */
async function start(
  parts: PageParts,
  values: ReturnType<typeof valuesOf>,
  { id, user }: { id: string; user: string },
): Promise<string> {
  const { settings, memory } = parts;
  const asked = await questionInput(values.question, { ...optionsOf(parts, values), user }, settings);
  const input = await withNotes(settings, asked, memory);
  const session = await parts.session.opened();
  const { after } = values;
  const thread = values.thread === '' && after !== undefined ? (threadOfRunId(after) ?? newThreadId()) : values.thread;
  const { tenant } = settings;
  try {
    if (thread === '') return (await startRun(session, input, id, { tenant })).workflowId;
    return (await startTurn(session, input, { thread, after }, { tenant, suffix: id })).workflowId;
  } catch (error) {
    if (!(error instanceof RunExists)) throw error;
    return thread === '' ? id : `${turnPrefix(thread)}${id}`;
  }
}

/** @throws InvalidInput for what is not served */
function optionsOf({ repositories, pipelines, budget }: PageParts, values: AskValues): QuestionOptions {
  const repository = repositories.find(({ name }) => name === values.repository);
  if (repository === undefined) throw new InvalidInput('repository', 'choose one of the repositories that are served');
  const pipeline = pipelines.find(({ name }) => name === values.pipeline);
  if (pipeline === undefined) throw new InvalidInput('pipeline', 'choose one of the pipelines that are served');
  const decisions = DecisionPolicies.keyof()
    .array()
    .safeParse(values.decisions ?? []);
  if (!decisions.success) throw new InvalidInput('decisions', 'there are no such decisions: choose those of the form');
  return { ...budget, repo: repository.given, pipeline: pipeline.given, decisions: decisions.data };
}
