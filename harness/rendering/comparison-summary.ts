/**
 * Renders a comparison as the summary of a CI job, which is also the comment of a pull request: the verdict, the gates, the
 * figures with their intervals, and every question that changed, by name. What others wrote stands in code spans: no mention,
 * reference or link comes of it.
 */
import { printableLine } from '../../lib/printable.ts';
import { whole } from '../comparison/cells.ts';
import type { ComparedCell, Comparison } from '../comparison/compare-variants.ts';
import type { ScoreFigure } from '../comparison/own-score-figures.ts';
import type { GateResult } from '../gate-rule.ts';
import { decisionOf } from '../report/decision.ts';
import { type QuestionOutcome, sideText } from './question-outcomes.ts';
import { cellRow, scoreSentence } from './comparison-rows.ts';
import { markdownText, offlineNote } from './figures.ts';

export type Summarized = {
  comparison: Comparison;
  gates: readonly GateResult[];
  outcomes: readonly QuestionOutcome[];
  /** True: the offline model answered. */
  offline: boolean;
};

/** A job's summary may have 1 MiB, a comment 65,536 characters: this fits both, with room for what surrounds it. */
export const summaryBytes = 60_000;
/** What the changed questions leave to gates, figures and notes, which come first. */
const headBytes = 30_000;
const nameCharacters = 200;

/** @returns Markdown of at most `mostBytes` bytes; what does not fit is counted */
export function comparisonSummary(
  { comparison, gates, outcomes, offline }: Summarized,
  mostBytes = summaryBytes,
): string {
  const { answer, because } = decisionOf(comparison);
  const { baseline, candidate, questions, trials } = comparison;
  const changed = outcomes.filter(({ change }) => change !== 'same');
  const unmet = gates.filter(({ met }) => !met).length;
  const head = [
    `### ${code(candidate.variant)} against ${code(baseline.variant)}`,
    '',
    `**${markdownText(answer)}** ${prose(because)}`,
    ...(gates.length === 0
      ? []
      : ['', `**${unmet === 0 ? 'All gates met.' : `${unmet} of ${gates.length} gates not met.`}**`]),
    '',
    `${questions} questions, trials ${trials.baseline} and ${trials.candidate}: ${changeCounts(changed)}.`,
    ...(offline ? ['', `> These are ${offlineNote}.`] : []),
  ];
  const half = Math.min(headBytes, mostBytes / 2);
  const parts = [
    { head: table('gate', '', 'why'), rows: gates.map(gateRow), more: 'gates' },
    { head: figuresHead, rows: figures(comparison), more: 'figures' },
    { head: [''], rows: comparison.scores.map(scoreRow), more: 'graders' },
    { head: [''], rows: comparison.notes.map((note) => `- ${prose(note)}`), more: 'notes' },
  ];
  let text = joined(head);
  for (const part of parts) text += fitted(part, half - bytesOf(text));
  const list = { head: table('question', 'route', 'baseline', 'candidate', ''), rows: changed.map(changedRow) };
  return text + fitted({ ...list, more: 'changed questions: the report has them' }, mostBytes - bytesOf(text));
}

function changeCounts(changed: readonly QuestionOutcome[]): string {
  const count = (change: QuestionOutcome['change']) => changed.filter((each) => each.change === change).length;
  const ungraded = count('ungraded');
  return `${count('worse')} worse, ${count('better')} better${ungraded === 0 ? '' : `, ${ungraded} without a grade`}`;
}

const gateRow = ({ rule, met, reason }: GateResult) => row(code(rule), met ? 'met' : '**not met**', prose(reason));

const figuresHead = table('', 'questions', 'baseline', 'candidate', 'difference', '95 % interval', '');

/** The whole in every dimension, then the routes' right answers. */
function figures({ cells }: Comparison): string[] {
  const shown = cells.filter((cell) => cell.row === whole || cell.dimension === 'accuracy');
  return shown.map((cell) => {
    const [, , questions = '', baseline = '', candidate = '', effect = '', interval = '', , , standing = ''] =
      cellRow(cell);
    return row(nameOf(cell), questions, baseline, candidate, effect, interval, standing);
  });
}

const scoreRow = (score: ScoreFigure) => `- grader ${code(score.grader)}: ${prose(scoreSentence(score))}`;

const nameOf = ({ row: name, dimension }: ComparedCell) =>
  name === whole ? dimension : `${dimension} of ${code(name)}`;

function changedRow({ question, route, baseline, candidate, change }: QuestionOutcome): string {
  return row(code(question), route === null ? '' : code(route), sideText(baseline), sideText(candidate), change);
}

// Markdown.

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(...heads: string[]): string[] {
  return ['', row(...heads), row(...heads.map(() => '---'))];
}

/** A pipe would end the cell of a table, in a code span too. */
function code(text: string): string {
  const line = printableLine(text).replaceAll('`', "'").replaceAll('|', '\\|');
  const cutText = line.length <= nameCharacters ? line : `${line.slice(0, nameCharacters - 1).toWellFormed()}…`;
  return `\`${cutText === '' ? ' ' : cutText}\``;
}

/** A zero-width space after @ and # keeps a name from being told, and a number from becoming a link. */
const prose = (text: string) => markdownText(text).replace(/[@#]/g, '$&\u200b');

const bytesOf = (text: string) => Buffer.byteLength(text);
const joined = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** As many rows as fit, and how many did not. */
function fitted(part: { head: readonly string[]; rows: readonly string[]; more: string }, most: number): string {
  if (part.rows.length === 0) return '';
  const room = most - 100;
  let text = joined(part.head);
  let left = part.rows.length;
  let bytes = bytesOf(text);
  for (const each of part.rows) {
    bytes += bytesOf(each) + 1;
    if (bytes > room) break;
    text += `${each}\n`;
    left -= 1;
  }
  if (left === part.rows.length) text = '';
  return left === 0 ? text : `${text}\n… and ${left} more ${part.more}\n`;
}
