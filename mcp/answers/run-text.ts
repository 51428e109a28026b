/** What tools tell of a run as text, for clients and models that do not read structured content. */
import { offlineNotice, placeText } from '../../application/runs/outcome-words.ts';
import type { PendingOutput, RunOutput } from './run-output.ts';

export function runText(run: RunOutput): string {
  const parts = run.state === 'finished' ? endText(run) : openText(run);
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

function endText(run: RunOutput): (string | null)[] {
  const facts = [
    `run ${run.run_id}`,
    repositoryText(run),
    run.confidence === null ? null : `confidence ${run.confidence.toFixed(2)}`,
    run.offline_model ? offlineNotice : null,
  ];
  return [
    run.remark,
    run.answer,
    listText(
      'Citations:',
      run.citations.map((each) => `${placeOf(each)} (${each.status})`),
    ),
    listText('Left open:', run.gaps),
    facts.filter((fact) => fact !== null).join(' | '),
    run.next,
  ];
}

/** `path:line` or `path:first-last`. */
export function placeOf({ path, first_line, last_line }: Pick<Citation, 'path' | 'first_line' | 'last_line'>): string {
  return placeText({ path, firstLine: first_line, lastLine: last_line });
}

type Citation = RunOutput['citations'][number];

/** A name that holds the commit says it once. */
function repositoryText({ repository, snapshot }: RunOutput): string | null {
  if (repository === null) return null;
  const commit = (snapshot ?? '').slice(0, 12);
  return `repository ${repository}${repository.endsWith(`@${commit}`) ? '' : ` at ${commit}`}`;
}

function openText(run: RunOutput): (string | null)[] {
  const doing = run.doing === null || run.doing === '' ? '' : `: ${run.doing}`;
  return [
    `run ${run.run_id} ${run.state === 'waiting' ? 'waits for a person' : 'goes on'}${doing}`,
    run.remark,
    ...run.pending.map(pendingText),
    run.next,
  ];
}

/** A request with its choices, as a person reads it. */
export function pendingText(request: PendingOutput): string {
  const choices = request.choices.map(({ choice, meaning, needs }) => {
    return `${choice}: ${meaning}${needs === null ? '' : ` (needs ${needs})`}`;
  });
  const otherwise = `${request.default_choice} is taken at ${request.default_at} where nobody decides`;
  return [
    `${request.request_id}: ${request.asked}`,
    ...(request.draft === null ? [] : [request.draft.replace(/^/gm, '> ')]),
    ...choices.map((choice) => `- ${choice}`),
    otherwise,
  ].join('\n');
}

function listText(title: string, items: readonly string[]): string | null {
  return items.length === 0 ? null : [title, ...items.map((item) => `- ${item}`)].join('\n');
}
