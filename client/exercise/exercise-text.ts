/** The exercise as it is printed: four parts, 80 columns. */
import { percent } from '../../harness/rendering/figures.ts';
import { printableLine } from '../../lib/printable.ts';
import { padStartToWidth, padToWidth } from '../../lib/terminal-width.ts';
import { confusionRows } from '../ask/route-questions.ts';
import type { Compared, Taken } from '../../application/runs/compared-runs.ts';
import { timeText } from '../runs/trace-tree.ts';
import { costText, countText } from '../../application/words/run-words.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { AskedOfBoth, BothPipelines } from './both-pipelines.ts';
import type { PlaceholderRun } from './placeholders.ts';
import { type RouterFigure, verdictOf } from './router-agreement.ts';
import { sideBySide, treeLines } from './side-by-side.ts';

const columns = 80;

const wrapped = (text: string): string => wrapText(printableLine(text), columns);
/** Under a name that stands before it. */
const named = (name: string, text: string): string =>
  wrapText(printableLine(text), columns - 12)
    .split('\n')
    .map((line, at) => `  ${padToWidth(at === 0 ? name : '', 10)}${line}`)
    .join('\n');
const headed = (number: number, title: string): string =>
  `${number}. ${title}\n${'='.repeat(number.toString().length + 2 + title.length)}`;

export function placeholdersText(runs: readonly PlaceholderRun[]): string {
  const blocks = runs.map(({ question, run, route, selected, probabilities }) => {
    const likely = Object.entries(probabilities).map(([name, share]) => `${name} ${share.toFixed(2)}`);
    const expected = route === question.expected_route ? '' : `, a person says ${question.expected_route}`;
    return [
      wrapped(`${question.id}: ${question.question}`),
      named('routed', `${route ?? 'nowhere'}${expected} (${likely.join(', ')})`),
      named('selected', selected.join(', ') || 'nobody'),
      ...treeLines(run.trace.spans, columns).map((line) => line.trimEnd()),
    ].join('\n');
  });
  const lead =
    'Each specialist is a placeholder, which looks at nothing and only says who it is: what is seen is how the router ' +
    'weighs the routes, and whom it selects. Time and tokens stand at the right, orchestration has a star.';
  return [headed(1, 'Placeholder specialists: routing and selection'), wrapped(lead), ...blocks].join('\n\n');
}

/** A mean over repetitions is no whole number. */
const rounded = (count: number): number => Math.round(10 * count) / 10;

export function agreementText(figures: readonly RouterFigure[]): string {
  const blocks = figures.map((figure) => {
    const { router, outOfFold, n, agreed, share, interval, kappa, failed, confusion } = figure;
    const between = interval === null ? '' : `, 95 % interval ${percent(interval.low)} to ${percent(interval.high)}`;
    return [
      wrapped(`${router}: ${outOfFold}.`),
      `  agreement  ${rounded(agreed)} of ${n}${share === null ? '' : `, ${percent(share)}`}${between}`,
      `  kappa      ${kappa === null ? 'not defined' : kappa.toFixed(2)}`,
      ...(failed === 0 ? [] : [`  failed     ${failed}`]),
      '',
      ...confusionRows({ ...confusion, counts: confusion.counts.map((row) => row.map(rounded)) }).map(
        (row) => `  ${row}`,
      ),
      '',
      wrapped(verdictOf(figure)),
    ].join('\n');
  });
  return [headed(2, "The router's agreement with the manual labels"), ...blocks].join('\n\n');
}

export function bothText({ asked }: BothPipelines): string {
  const names = asked[0]?.sides.map(({ record }) => record.variant) ?? [];
  const lead =
    `Left ${names[0] ?? ''}, right ${names[1] ?? ''}; with each span its time and tokens. What has a star is orchestration: ` +
    'routing, gate and synthesis, which no specialist needs to find the answer.';
  const title = `${asked.length} questions through both pipelines`;
  return [headed(3, title), wrapped(lead), ...asked.map(askedText), overheadTable(asked)].join('\n\n');
}

function askedText({ id, question, sides, compared }: AskedOfBoth): string {
  const ended = sides.map(({ record, label }) => `${record.variant}: ${label.replaceAll('_', ' ')}`);
  return [
    wrapped(`${id}: ${question}`),
    named('ended', ended.join('; ')),
    ...sideBySide(
      sides.map(({ run }) => run),
      columns,
    ),
    ...overheadLines(compared),
  ].join('\n');
}

function overheadLines(compared: readonly Compared[]): string[] {
  const whole = compared.find(({ part }) => part === 'in all');
  const overhead = compared.find(({ part }) => part === 'overhead');
  if (whole === undefined || overhead === undefined) return [];
  const sides = [
    ['left', overhead.a, whole.a],
    ['right', overhead.b, whole.b],
  ] as const;
  return sides.map(([side, part, all]) => `* overhead ${padToWidth(side, 6)}${partText(part, all)}`);
}

function partText(part: Taken | null, all: Taken | null): string {
  if (part === null || all === null) return 'nothing';
  const tokens = ({ inputTokens, outputTokens }: Taken) => countText(inputTokens + outputTokens);
  const money = all.costUsd === 0 ? '' : `, ${costText(part.costUsd)} of ${costText(all.costUsd)}`;
  return `${timeText(part.ms)} of ${timeText(all.ms)}, ${tokens(part)} of ${tokens(all)} tokens${money}`;
}

/** What the candidate's orchestration took, question by question. */
function overheadTable(asked: readonly AskedOfBoth[]): string {
  const cells = ['right A', 'right B', 'time A', 'time B', 'overhead', 'tokens'];
  const row = (name: string, texts: readonly string[]) =>
    `${padToWidth(name, 18)}${texts.map((text) => padStartToWidth(text, 10)).join('')}`;
  const right = (value: boolean | null) => (value === null ? '?' : value ? 'yes' : 'no');
  const rows = asked.map(({ id, sides: [a, b], compared }) => {
    const of = (part: Compared['part']) => compared.find((each) => each.part === part);
    const [whole, overhead] = [of('in all'), of('overhead')?.b ?? null];
    const share = whole?.b == null || overhead === null || whole.b.ms === 0 ? null : overhead.ms / whole.b.ms;
    const tokens = overhead === null ? 0 : overhead.inputTokens + overhead.outputTokens;
    const times = [whole?.a, whole?.b].map((taken) => (taken == null ? '-' : timeText(taken.ms)));
    const overheads = [share === null ? '-' : `${(100 * share).toFixed(0)} %`, countText(tokens)];
    return row(printableLine(id).slice(0, 17), [
      right(a?.right ?? null),
      right(b?.right ?? null),
      ...times,
      ...overheads,
    ]);
  });
  return [
    'Left is A, right is B; the overhead of B as a share of its time, and its tokens',
    '',
    row('', cells),
    ...rows,
  ].join('\n');
}

/** @param memo Markdown, as it lies beside the report */
export function memoText(memo: string, { report }: Pick<BothPipelines, 'report'>): string {
  return [headed(4, 'The memo'), memo.trimEnd(), wrapped(`Its links lead into ${report}.`)].join('\n\n');
}
