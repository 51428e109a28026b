/** The table of docs/models.md: its rows, and its place there. */
import type { Row } from './run-profiles.ts';

const begin = '<!-- profiles: written by `npm run profiles` -->';
const end = '<!-- profiles end -->';

export type BothWays = { streamed: Row; whole: Row };

/** What is known of the model's family costs nothing; what is learned costs a request each, once. */
export function tableOf(rows: readonly BothWays[]): string {
  const cells = rows.map(({ streamed, whole }) => [
    streamed.name,
    `\`${streamed.model}\``,
    `${streamed.same} of ${streamed.questions}`,
    `${whole.same} of ${whole.questions}`,
    `${streamed.first}, ${whole.first}`,
    `${streamed.later}, ${whole.later}`,
  ]);
  const head = [
    'endpoint',
    'model',
    'answered, streamed',
    'answered, in one piece',
    'requests more, first question',
    'later',
  ];
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n');
}

export function tableIn(document: string): string {
  const [, rest = ''] = document.split(begin);
  return rest.split(end)[0]?.trim() ?? '';
}

export function withTable(document: string, table: string): string {
  const [before = '', rest = ''] = document.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}
