/** One static HTML file with everything in it: it opens offline, and asks nothing of the network. */
import { createHash } from 'node:crypto';
import { chartsOf } from './charts.ts';
import { html, trusted } from '../../lib/html.ts';
import { questionDetails } from './question-details.ts';
import { questionTable } from './question-table.ts';
import { pageScript, pageStyle } from './page-assets.ts';
import type { Report } from './report.ts';
import { routersSection } from './router-section.ts';
import { variantsSection, cellsSection, signalsSection, verdictSection } from './summary-sections.ts';
import { chartFigure } from './svg-chart.ts';

/** Everything that comes from logs is escaped; the page's policy allows its own style and script by their hashes, and nothing else. */
export function reportPage(report: Report): string {
  const { comparison, questions, base } = report;
  const names = { baseline: comparison.baseline.variant, candidate: comparison.candidate.variant, base };
  const policy = `default-src 'none'; style-src '${hashOf(pageStyle)}'; script-src '${hashOf(pageScript)}'; base-uri 'none'; form-action 'none'`;
  const traced = questions.filter((each) => [...each.baseline, ...each.candidate].some(({ trace }) => trace !== null));
  const { text } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${names.candidate} against ${names.baseline}</title>
<style>${trusted(pageStyle)}</style></head><body>
${verdictSection(report)}
<main><section id="charts"><h2>Charts</h2><div class="charts">${chartsOf(report).map(chartFigure)}</div></section>
${variantsSection(report)}${routersSection(report)}${cellsSection(report)}${signalsSection(report)}
<section id="questions"><h2>Questions</h2>${questionTable(questions, comparison.questions)}</section>
<section id="answers"><h2>Answers side by side</h2><p>In the order of the largest loss; ${traced.length} with traces, in which the overhead of the split is marked.</p>
${questions.map((each) => questionDetails(each, names))}</section></main>
<script>${trusted(pageScript)}</script></body></html>
`;
  return text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
