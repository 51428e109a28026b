/** What stands above a report's charts: the verdict, for the whole and by route, and what it rests on. */
import { toneOf } from '../comparison/cell-words.ts';
import type { Verdict } from '../comparison/verdict.ts';
import { cellHead, cellRow, comparisonLines, verdictSentence } from '../rendering/comparison-rows.ts';
import { dollars, offlineNote, percent, seconds } from '../rendering/figures.ts';
import { adviceSentence, conflictLines, gapLines, wasteLines } from '../rendering/signal-lines.ts';
import { decisionOf } from './decision.ts';
import { html, type Html } from '../../lib/html.ts';
import { routeAnchor, runsFragment } from './links.ts';
import type { Report, ReportVariant } from './report.ts';

export function verdictSection(report: Report): Html {
  const { comparison, gates, offline, startedAt, remarks } = report;
  const { baseline, candidate, verdict, routes, questions } = comparison;
  const { answer, because } = decisionOf(comparison);
  const dataset = report.questions[0]?.baseline[0]?.record.dataset ?? null;
  const told = [
    `${questions} questions`,
    ...(dataset === null ? [] : [`dataset ${dataset}`]),
    ...(startedAt === null ? [] : [`started ${startedAt}`]),
  ];
  return html`<header><h1>${candidate.variant} against ${baseline.variant}</h1>
${offline ? html`<p class="offline">These are ${offlineNote}.</p>` : null}
<p class="verdict ${verdict.kind}"><b>${answer}</b> ${because}</p><p>${told.join(' · ')}</p>
${remarks.map((remark) => html`<p class="remark">${remark}</p>`)}
${navigation}</header>
<section id="verdict"><h2>Verdict by route</h2><ul><li><b>the whole</b>: ${verdictSentence(verdict)}</li>${Object.entries(routes).map(([route, each]) => routeLine(route, each))}</ul>
${gates.length === 0 ? null : html`<h3>Gates</h3><ul>${gates.map(({ rule, met, reason }) => html`<li><em class="${met ? 'good' : 'bad'}">${met ? 'met' : 'not met'}</em> <code>${rule}</code>: ${reason}</li>`)}</ul>`}
</section>`;
}

const navigation = html`<nav aria-label="sections"><a href="#charts">Charts</a><a href="#variants">Variants</a><a href="#cells">Cells</a><a href="#signals">Signals</a><a href="#questions">Questions</a><a href="#answers">Answers</a></nav>`;

function routeLine(route: string, verdict: Verdict): Html {
  return html`<li id="${routeAnchor(route)}"><b>${route}</b>: ${verdictSentence(verdict)} (<a href="#${runsFragment({ route })}">its questions</a>)</li>`;
}

/** Every cell, then the notes and the fields in which the variants differ. */
export function cellsSection({ comparison }: Report): Html {
  const rows = comparison.cells.map((cell) => {
    const [row = '', ...texts] = cellRow(cell);
    const last = texts.length - 1;
    return html`<tr><th scope="row">${row}</th>${texts.map((text, at) => html`<td class="${at === last ? toneOf(cell.standing) : ''}">${text}</td>`)}</tr>`;
  });
  const lines = comparisonLines(comparison).filter((line) => !/^(verdict|route )/.test(line));
  return html`<section id="cells"><h2>Every cell</h2>
<div class="wide" tabindex="0" role="region" aria-label="cells of the comparison"><table><thead><tr>${cellHead.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;
}

export function variantsSection({ variants, leftOut }: Report): Html {
  const heads = [
    'variant',
    'right',
    'wasteful',
    'abstained',
    'routed right',
    'retries',
    'errors',
    'cost',
    'tokens',
    'p50',
    'p95',
  ];
  const without = leftOut.map(
    ({ specialist, accuracy }) => html`<li>without ${specialist}: ${cellRow(accuracy).slice(3).join(' · ')}</li>`,
  );
  return html`<section id="variants"><h2>Variants</h2><div class="wide" tabindex="0" role="region" aria-label="figures of the variants"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${variants.map(variantRow)}</tbody></table></div>
${without.length === 0 ? null : html`<p>Accuracy without one specialist, against the candidate:</p><ul>${without}</ul>`}</section>`;
}

function variantRow({ summary, tokens }: ReportVariant): Html {
  const { accuracy, waste, abstention, routing, retries, errors, costUsd, latencyMs } = summary;
  const known = (value: number | null, text: (value: number) => string) => (value === null ? 'unknown' : text(value));
  const texts = [
    percent(accuracy.mean),
    waste.n === 0 ? 'unknown' : percent(waste.mean),
    abstention.n === 0 ? 'unknown' : percent(abstention.mean),
    routing.n === 0 ? 'no router' : known(routing.share, percent),
    known(retries.mean, (mean) => mean.toFixed(2)),
    String(errors),
    known(costUsd.mean, dollars),
    known(tokens, (mean) => mean.toFixed(0)),
    known(latencyMs.total.p50, seconds),
    known(latencyMs.total.p95, seconds),
  ];
  return html`<tr><th scope="row">${summary.variant}</th>${texts.map((text) => html`<td>${text}</td>`)}</tr>`;
}

export function signalsSection({ signals }: Report): Html {
  const [gap = '', ...byRoute] = gapLines(signals.qualityGap);
  const routes = signals.qualityGap.routes.map(({ route }, at) =>
    runsItem(byRoute[at] ?? '', { route, variant: 'baseline' }),
  );
  const [waste = ''] = wasteLines(signals.waste);
  const [conflict = '', ...conflicts] = conflictLines(signals.conflictingTools);
  return html`<section id="signals"><h2>Signals for a split, of ${signals.variant}</h2><p>${adviceSentence(signals.advice)}</p>
<ul><li>${gap}<ul>${routes}</ul></li>${runsItem(waste, { label: 'correct_but_wasteful', variant: 'baseline' })}
<li>${conflict}<ul>${conflicts.map((line) => html`<li>${line}</li>`)}</ul></li>
${signals.notes.map((note) => html`<li>${note}</li>`)}</ul></section>`;
}

function runsItem(line: string, filter: Parameters<typeof runsFragment>[0]): Html {
  return html`<li>${line} (<a href="#${runsFragment(filter)}">runs</a>)</li>`;
}
