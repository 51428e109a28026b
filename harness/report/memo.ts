/** The one page for whoever decides: whether to split, where, and what to try instead. Its numbers lead to their runs. */
import { whole } from '../comparison/cells.ts';
import type { ComparedCell } from '../comparison/compare-variants.ts';
import { markdownText, offlineNote, percent, points, times } from '../rendering/figures.ts';
import { briefVerdict, decisionOf } from './decision.ts';
import { type RunFilter, runsFragment } from './links.ts';
import { cellOf, equalRoutes, firstSpecialist, remediesFor, troublesOf, weakestRoute } from './memo-findings.ts';
import type { Report } from './report.ts';

/** A number with its link. */
type Linked = (text: string | number, fragment: string) => string;

/** @param reportFile the report's address, seen from the memo */
export function memo(report: Report, reportFile: string): string {
  const linked: Linked = (text, fragment) => `[${markdownText(String(text))}](${reportFile}#${fragment})`;
  return [
    ...decision(report, linked),
    ...byRoute(report, linked),
    ...buildFirst(report, linked),
    ...troubles(report, linked),
    ...howFew(report, linked),
    ...cheaper(report, linked),
    ...whatWouldChange(report, linked),
    '',
  ].join('\n');
}

const runs = (filter: RunFilter) => runsFragment(filter);
const routeRuns = (row: string, more: RunFilter = {}) => runs(row === whole ? more : { route: row, ...more });

function decision({ comparison, offline, startedAt, remarks }: Report, linked: Linked): string[] {
  const { questions, trials } = comparison;
  const { answer, because } = decisionOf(comparison);
  const { baseline, candidate } = trials;
  const asked =
    baseline === candidate
      ? `${baseline} ${baseline === 1 ? 'trial' : 'trials'} each`
      : `${baseline} and ${candidate} trials`;
  return [
    '# Is the split justified?',
    '',
    ...(offline ? [`> These are ${offlineNote}.`, ''] : []),
    `**${answer}** ${markdownText(because)}`,
    '',
    `${linked(questions, 'questions')} questions, ${asked}${startedAt === null ? '' : `, started ${startedAt}`}. ${wholeFigures(comparison, linked)}`,
    '',
    ...remarks.flatMap((remark) => [markdownText(remark), '']),
  ];
}

function wholeFigures(comparison: Report['comparison'], linked: Linked): string {
  const said = (['accuracy', 'waste', 'cost', 'latency'] as const).flatMap((dimension) => {
    const cell = cellOf(comparison, whole, dimension);
    return cell === null ? [] : `${dimension} ${linked(effectOf(cell), 'cells')} (${cell.standing})`;
  });
  return `Candidate against baseline: ${said.join(', ')}.`;
}

function effectOf({ dimension, effect }: ComparedCell): string {
  if (Number.isNaN(effect)) return '0 in both';
  return dimension === 'cost' || dimension === 'latency' ? times(effect) : `${points(effect)} points`;
}

function byRoute({ comparison }: Report, linked: Linked): string[] {
  const rows = Object.entries(comparison.routes).flatMap(([route, verdict]) => {
    const cell = cellOf(comparison, route, 'accuracy');
    if (cell === null) return [];
    const right = (share: number, variant: RunFilter['variant'] & string) =>
      linked(percent(share), routeRuns(route, { variant }));
    const gain = `${linked(points(cell.effect), routeRuns(route))} (${cell.standing})`;
    const figures = [right(cell.baseline, 'baseline'), right(cell.candidate, 'candidate'), gain];
    return `| ${[markdownText(route), cell.n, ...figures, markdownText(briefVerdict(verdict))].join(' | ')} |`;
  });
  const unmet = comparison.unmet.flatMap((text) => [`- ${markdownText(text)}`]);
  const told = unmet.length === 0 ? [] : [...unmet, ''];
  if (rows.length === 0) return ['## For which routes', '', 'The questions have one route only.', '', ...told];
  const head = [
    '| route | questions | baseline right | candidate right | points | verdict |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return ['## For which routes', '', ...head, ...rows, '', ...told];
}

function buildFirst({ comparison }: Report, linked: Linked): string[] {
  const best = firstSpecialist(comparison);
  const title = ['## Which specialist first', ''];
  if (best === null)
    return [...title, `None: no route gains right answers by the split.${weakest(comparison, linked)}`, ''];
  const gain = linked(`${points(best.effect)} points on ${best.n} questions`, routeRuns(best.row));
  const sure =
    best.standing === 'better'
      ? 'better'
      : `not shown to be better (${best.standing}): measure more before building on it`;
  const added = ((best.effect * best.n) / comparison.questions) * 100;
  return [
    ...title,
    `**${markdownText(best.row)}**: ${gain}, ${sure}. It adds ${added.toFixed(1)} points to the whole.`,
    '',
  ];
}

/** Where a better agent of any kind has most to gain. */
function weakest(comparison: Report['comparison'], linked: Linked): string {
  const cell = weakestRoute(comparison);
  if (cell === null) return '';
  const right = linked(percent(cell.baseline), routeRuns(cell.row, { variant: 'baseline' }));
  return ` The baseline is weakest on ${markdownText(cell.row)}: ${right} right.`;
}

function troubles({ variants: [, candidate] }: Report, linked: Linked): string[] {
  const found = troublesOf(candidate?.trials ?? []);
  const lines = found.map(({ route, runs: all, wrongRoute, wasteful }) => {
    const of = (count: number, label: string) => linked(count, routeRuns(route, { label, variant: 'candidate' }));
    return `- ${markdownText(route)}: ${of(wrongRoute, 'wrong_route')} on a wrong route, ${of(wasteful, 'correct_but_wasteful')} right but wasteful, of ${all} runs`;
  });
  return [
    '## Where the candidate goes wrong',
    '',
    ...(lines.length === 0 ? ['No run took a wrong route or was wasteful.'] : lines),
    '',
  ];
}

function howFew({ leftOut, comparison }: Report, linked: Linked): string[] {
  const title = ['## How few specialists would do', ''];
  if (leftOut.length === 0)
    return [
      ...title,
      'Not measured. `switchyard bench run --leave-one-out` runs a variant without each specialist.',
      '',
    ];
  const names = (some: typeof leftOut) => some.map(({ specialist }) => markdownText(specialist)).join(', ') || 'none';
  const spare = leftOut.filter(({ lossRuledOut }) => lossRuledOut);
  const needed = leftOut.filter(({ accuracy }) => accuracy.standing === 'worse');
  const open = leftOut.filter((each) => !spare.includes(each) && !needed.includes(each));
  const bound = `${(100 * comparison.plan.worthwhile.accuracy).toFixed(0)} points`;
  const lines = leftOut.map(({ specialist, accuracy: { effect, interval, standing } }) => {
    const between = interval === null ? '' : `, ${points(interval.low)} to ${points(interval.high)}`;
    return `- without ${markdownText(specialist)}: ${linked(`${points(effect)} points`, 'variants')} (${standing}${between})`;
  });
  const answer = `Can go, one at a time, with a loss of ${bound} ruled out: ${names(spare)}. Needed: ${names(needed)}. Undecided, too few questions: ${names(open)}.`;
  return [...title, answer, '', ...lines, ''];
}

function cheaper({ comparison, variants: [baseline] }: Report, linked: Linked): string[] {
  const equal = equalRoutes(comparison).map(({ row }) => row);
  const title = ['## What is cheaper', ''];
  if (equal.length === 0) return [...title, 'On every route one variant is shown to be better.', ''];
  const found = remediesFor(baseline?.trials ?? [], equal);
  const lines = found.map(
    ({ label, runs: count, of, remedy }) =>
      `- ${linked(`${count} of ${of}`, runs({ label, variant: 'baseline' }))} runs of the baseline are \`${label}\`: ${remedy}`,
  );
  return [
    ...title,
    `No variant is shown to be better on ${equal.map(markdownText).join(', ')}. Try first, with one agent:`,
    '',
    ...(lines.length === 0 ? ['- nothing: the baseline makes no mistake there'] : lines),
    '',
  ];
}

function whatWouldChange({ comparison }: Report, linked: Linked): string[] {
  const { plan, verdict, needs } = comparison;
  const rows = needs.map(({ row, have, detects, need, worthwhile }) => {
    const found = detects === null ? 'none' : `${(100 * detects).toFixed(1)} points`;
    const wanted = need > have ? `${need} for ${(100 * worthwhile).toFixed(0)} points` : 'enough';
    return `| ${markdownText(row)} | ${linked(have, routeRuns(row))} | ${found} | ${wanted} |`;
  });
  const reasons = verdict.kind === 'not-comparable' ? verdict.reasons.map((reason) => `- ${markdownText(reason)}`) : [];
  return [
    '## What would change the verdict',
    '',
    ...(reasons.length === 0 ? [] : ['First, variants that differ in the split alone:', '', ...reasons, '']),
    `| | questions | smallest difference found ${(100 * plan.power).toFixed(0)} times in 100 | questions needed |`,
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}
