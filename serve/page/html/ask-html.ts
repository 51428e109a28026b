/** The form of a question: of the first one, and of one that goes on from a run. */
import { newRunId } from '../../../application/runs/start-run.ts';
import { newThreadId } from '../../../application/threads/start-turn.ts';
import { DecisionPolicies } from '../../../contracts/pipeline.ts';
import { questionMaxCharacters } from '../../../contracts/run.ts';
import { threadIdPattern } from '../../../contracts/threads/thread.ts';
import { type Html, html } from '../../../lib/html.ts';
import type { PageParts } from '../page-parts.ts';

/** What was typed before, where something of it was wrong; or what is chosen beforehand. */
export type AskValues = {
  question?: string;
  repository?: string;
  pipeline?: string;
  thread?: string;
  /** The run that it goes on from. */
  after?: string;
  decisions?: readonly string[];
};

type Choices = Pick<PageParts, 'repositories' | 'pipelines'>;

const decisionKinds = Object.keys(DecisionPolicies.shape);

const kindWords: Record<string, string> = {
  clarify: 'which route or package is meant, where that is not clear',
  draft: 'whether an answer goes out',
  try: 'one more try, where all drafts were weak',
  budget: 'more of a limit that is reached',
};

/** The id of the run is chosen here: a form that is sent twice starts one run. */
export function askForm({ repositories, pipelines }: Choices, values: AskValues = {}): Html {
  const { question = '', thread = '', after, decisions = [] } = values;
  const kinds = decisionKinds.map(
    (
      kind,
    ) => html`<li><label><input type="checkbox" name="decisions" value="${kind}"${decisions.includes(kind) ? html` checked` : null}>
<span><strong>${kind}</strong> ${kindWords[kind] ?? ''}</span></label></li>`,
  );
  return html`<form class="ask" method="post" action="/ask"><input type="hidden" name="id" value="${newRunId(after === undefined ? 'ask' : 'turn')}">
${after === undefined ? null : html`<input type="hidden" name="after" value="${after}"><input type="hidden" name="thread" value="${thread === '' ? newThreadId() : thread}">`}
<p><label for="question">Question</label><textarea id="question" name="question" rows="4" maxlength="${questionMaxCharacters}" required>
${question}</textarea></p>
<div class="row">${select('repository', 'Repository', namesOf(repositories), values.repository)}${select('pipeline', 'Pipeline', namesOf(pipelines), values.pipeline)}</div>
<details${decisions.length > 0 || (thread !== '' && after === undefined) ? html` open` : null}><summary>More</summary>
<fieldset><legend>Ask me, while it goes on, about</legend><ul class="choices">${kinds}</ul></fieldset>
${after === undefined ? threadField(thread) : null}</details>
<p class="buttons"><button>Ask</button></p></form>`;
}

function threadField(thread: string): Html {
  return html`<p><label for="thread">Thread, to go on from its last turn; a new name begins one</label>
<input id="thread" name="thread" value="${thread}" pattern="${threadIdPattern.source.slice(1, -1)}" autocomplete="off"></p>`;
}

function select(name: string, label: string, options: readonly string[], chosen: string | undefined): Html {
  const items = options.map((each) => html`<option${each === chosen ? html` selected` : null}>${each}</option>`);
  return html`<p><label for="${name}">${label}</label><select id="${name}" name="${name}">${items}</select></p>`;
}

const namesOf = (served: readonly { name: string }[]): string[] => served.map(({ name }) => name);
