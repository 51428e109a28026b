/**
 * Renders a comparison as JUnit XML, so that a build shows it among its tests: a projection, never the evidence.
 *
 * 1. No two test cases have the same name, whatever their class: GitLab shows only the first of such.
 * 2. Why a case failed or was skipped stands in the body of its element, which GitLab shows, and in short in its message.
 */
import { cut } from '../../lib/printable.ts';
import { whole } from '../comparison/cells.ts';
import type { ComparedCell, Comparison } from '../comparison/compare-variants.ts';
import type { ScoreFigure } from '../comparison/own-score-figures.ts';
import type { Verdict } from '../comparison/verdict.ts';
import type { GateResult } from '../gate-rule.ts';
import { cellHead, cellRow, scoreSentence, verdictSentence } from './comparison-rows.ts';
import { type QuestionOutcome, type QuestionSide, scoreText, sideText } from './question-outcomes.ts';

type TestCase = { suite: string; name: string; failure?: string; skipped?: string; said?: string };

const messageCharacters = 200;

/**
 * A cell that is worse fails, one with too few questions is skipped; so for verdicts; a gate fails where it is not met, a
 * question where the candidate is worse on it.
 */
export function comparisonJunit(
  { cells, verdict, routes, scores }: Comparison,
  gates: readonly GateResult[],
  outcomes: readonly QuestionOutcome[] = [],
): string {
  const cases = withOwnNames([
    ...[[whole, verdict] as const, ...Object.entries(routes)].map(([row, each]) => verdictCase(row, each)),
    ...cells.map(cellCase),
    ...scores.map(scoreCase),
    ...gates.map(({ rule, met, reason }) => ({ suite: 'gate', name: rule, ...(met ? {} : { failure: reason }) })),
    ...outcomes.map(questionCase),
  ]);
  const count = (of: 'failure' | 'skipped') => cases.filter((each) => each[of] !== undefined).length;
  const totals = `tests="${cases.length}" failures="${count('failure')}" skipped="${count('skipped')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `<testsuite name="comparison" ${totals}>`,
    ...cases.map(caseXml),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function verdictCase(row: string, verdict: Verdict): TestCase {
  const said = verdictSentence(verdict);
  const failed = verdict.kind === 'not-justified' || verdict.kind === 'not-comparable';
  const why = failed ? { failure: said } : verdict.kind === 'undecided' ? { skipped: said } : {};
  return { suite: 'verdict', name: `verdict of ${row}`, ...why };
}

function cellCase(cell: ComparedCell): TestCase {
  const { row, dimension, standing } = cell;
  const figures = cellRow(cell).flatMap((text, at) => (at < 2 ? [] : [`${cellHead[at]} ${text}`]));
  const said = `${dimension} of ${row}: ${figures.join(', ')}`;
  const why = standing === 'worse' ? { failure: said } : standing === 'too few' ? { skipped: said } : {};
  return { suite: `cell ${row}`, name: `${dimension} of ${row}`, ...why };
}

/** A grader of one's own: worse where the whole interval is below 0, skipped where too few questions have a score. */
function scoreCase(score: ScoreFigure): TestCase {
  const said = `grader ${score.grader}: ${scoreSentence(score)}`;
  const { interval } = score;
  const why = interval === null ? { skipped: said } : interval.high < 0 ? { failure: said } : { said };
  return { suite: 'grader', name: `grader ${score.grader}`, ...why };
}

function questionCase({ question, route, baseline, candidate, change }: QuestionOutcome): TestCase {
  const of = (side: QuestionSide) =>
    [sideText(side), ...side.scores.filter(({ reason }) => reason !== null).map((score) => scoreText(score))].join(
      '; ',
    );
  const said = `baseline: ${of(baseline)}; candidate: ${of(candidate)}`;
  const scored = baseline.scores.length + candidate.scores.length > 0;
  const why =
    change === 'worse' ? { failure: said } : change === 'ungraded' ? { skipped: said } : scored ? { said } : {};
  return { suite: `question ${route ?? ''}`.trim(), name: `question ${question}`, ...why };
}

/** Names are compared as a reader of the file sees them. */
function withOwnNames(cases: readonly TestCase[]): TestCase[] {
  const seen = new Set<string>();
  return cases.map((each) => {
    let name = attribute(each.name);
    for (let at = 2; seen.has(name); at += 1) name = `${attribute(each.name)} (${at})`;
    seen.add(name);
    return { ...each, name };
  });
}

function caseXml({ suite, name, failure, skipped, said }: TestCase): string {
  const open = `<testcase classname="${xml(attribute(suite))}" name="${xml(name)}"`;
  if (failure !== undefined) return `${open}>${reasonXml('failure', failure)}</testcase>`;
  if (said !== undefined) return `${open}><system-out>${xml(said)}</system-out></testcase>`;
  return skipped === undefined ? `${open}/>` : `${open}>${reasonXml('skipped', skipped)}</testcase>`;
}

function reasonXml(element: string, why: string): string {
  return `<${element} message="${xml(cut(attribute(why), messageCharacters))}">${xml(why)}</${element}>`;
}

/** White space in an attribute is spaces to whoever reads it. */
const attribute = (text: string) => holdable(text).replace(/\s+/g, ' ').trim();

/** Characters that XML 1.0 cannot hold become question marks. */
const holdable = (text: string) => text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '?');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(text: string): string {
  return holdable(text).replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
