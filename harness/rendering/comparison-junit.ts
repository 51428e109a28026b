/** Renders a comparison as JUnit XML, so that a build shows it among its tests: a projection, never the evidence. */
import type { Comparison } from '../comparison/compare-variants.ts';
import type { Verdict } from '../comparison/verdict.ts';
import type { GateResult } from '../gate-rule.ts';
import { cellRow, verdictSentence } from './comparison-rows.ts';

type TestCase = { suite: string; name: string; failure: string | null; skipped: string | null };

/** A cell that is worse fails, one with too few questions is skipped; so for verdicts; a gate fails where it is not met. */
export function comparisonJunit({ cells, verdict, routes }: Comparison, gates: readonly GateResult[]): string {
  const cases: TestCase[] = [
    ...[['(all)', verdict] as const, ...Object.entries(routes)].map(([row, each]) => verdictCase(row, each)),
    ...cells.map((cell) => {
      const said = cellRow(cell).slice(2).join(', ');
      const [failure, skipped] = [cell.standing === 'worse' ? said : null, cell.standing === 'too few' ? said : null];
      return { suite: `cell ${cell.row}`, name: cell.dimension, failure, skipped };
    }),
    ...gates.map(({ rule, met, reason }) => ({
      suite: 'gate',
      name: rule,
      failure: met ? null : reason,
      skipped: null,
    })),
  ];
  const count = (of: 'failure' | 'skipped') => cases.filter((each) => each[of] !== null).length;
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
  const skipped = verdict.kind === 'undecided' ? said : null;
  return { suite: 'verdict', name: row, failure: failed ? said : null, skipped };
}

function caseXml({ suite, name, failure, skipped }: TestCase): string {
  const open = `<testcase classname="${xml(suite)}" name="${xml(name)}"`;
  if (failure !== null) return `${open}><failure message="${xml(failure)}"/></testcase>`;
  return skipped === null ? `${open}/>` : `${open}><skipped message="${xml(skipped)}"/></testcase>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 cannot hold become question marks. */
function xml(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => entities[character] ?? character)
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '?');
}
