/** One question with both variants' answers side by side: evidence, calls, figures, links, traces. */
import type { LoggedCitation, RunLogRecord } from '../../contracts/run-log.ts';
import { excessOver } from '../excess.ts';
import { answerOf } from '../graders/run-ending.ts';
import { dollars, percent } from '../rendering/figures.ts';
import { scoreText } from '../rendering/question-outcomes.ts';
import { html, type Html } from '../../lib/html.ts';
import { link, questionAnchor } from './links.ts';
import type { ReportQuestion, ReportRun } from './report.ts';
import { traceTree } from './trace-tree.ts';

export type SideNames = { baseline: string; candidate: string; base: string };

export function questionDetails(each: ReportQuestion, names: SideNames): Html {
  const { question, baseline, candidate } = each;
  const facts = question.must_mention.map(([first]) => first?.text ?? '');
  const expected = question.kind === 'unanswerable' ? 'nothing answers it' : question.gold.paths.join(', ');
  return html`<details class="question" id="${questionAnchor(question.id)}">
<summary><b>${question.id}</b> ${question.question}</summary>
<dl><dt>expected route</dt><dd>${[question.expected_route, ...question.other_routes].join(', ')}</dd>
<dt>expected</dt><dd>${expected}</dd>${facts.length === 0 ? null : html`<dt>must mention</dt><dd>${facts.join('; ')}</dd>`}</dl>${excess(baseline, candidate)}
<div class="sides">${side(names.baseline, baseline, names.base)}${side(names.candidate, candidate, names.base)}</div>
</details>`;
}

/** What the candidate spent beyond the matched run of the baseline; nothing where the log does not say. */
function excess([one]: readonly ReportRun[], [other]: readonly ReportRun[]): Html | null {
  if (one === undefined || other === undefined || one.record.trial !== other.record.trial) return null;
  const { modelCalls, toolCalls, tokens, retries, totalMs, costUsd } = excessOver(one.record, other.record);
  const figures = { 'model calls': modelCalls, 'tool calls': toolCalls, tokens, retries, ms: totalMs };
  const said = Object.entries(figures).flatMap(([name, more]) =>
    more === null ? [] : [`${more < 0 ? '' : '+'}${Math.round(more)} ${name}`],
  );
  const paid = costUsd === null || costUsd === 0 ? [] : [`${costUsd < 0 ? '-' : '+'}${dollars(Math.abs(costUsd))}`];
  return html`<p>Candidate beyond baseline: ${[...said, ...paid].join(', ')}.</p>`;
}

function side(variant: string, runs: readonly ReportRun[], base: string): Html {
  const right = runs.filter(({ graded }) => graded.correct === true).length;
  const [first] = runs;
  const tally = runs.length > 1 ? html`<p>${right} of ${runs.length} trials right; the first is shown.</p>` : null;
  return html`<section><h4>${variant}</h4>${tally}${first === undefined ? html`<p>No run.</p>` : shownRun(first, base)}</section>`;
}

function shownRun({ record, graded, trace }: ReportRun, base: string): Html {
  const labels = [graded.label, ...graded.secondary_labels];
  return html`<p>${labels.map((label, at) => html`<span class="label ${at === 0 ? 'first' : ''}">${label}</span> `)}</p>
<blockquote>${answerOf(record) || (record.error?.message ?? (answerOf(record) === null ? 'The log does not say what was answered.' : 'No answer.'))}</blockquote>
${findings(graded)}${ownScores(graded)}${evidence(record)}${evidenceByLine(graded)}${calls(graded, record)}
<p>${figuresOf(record)}</p>${links(record, base)}
${trace === null ? null : html`<details class="tree"><summary>Trace of ${record.variant}</summary>${traceTree(trace)}</details>`}`;
}

function findings({ answer }: ReportRun['graded']): Html | null {
  const [lacks, claimed] = [answer.facts.missing ?? [], answer.forbidden ?? []];
  const missing = lacks.length === 0 ? null : html`<li class="bad">does not mention: ${lacks.join('; ')}</li>`;
  const claims = claimed.length === 0 ? null : html`<li class="bad">claims: ${claimed.join('; ')}</li>`;
  return missing === null && claims === null ? null : html`<ul>${missing}${claims}</ul>`;
}

/** What graders of one's own say, with their reasons. */
function ownScores({ scores = [] }: ReportRun['graded']): Html | null {
  return scores.length === 0 ? null : html`<ul>${scores.map((score) => html`<li>${scoreText(score)}</li>`)}</ul>`;
}

function evidence({ evidence: cited }: RunLogRecord): Html {
  if (cited === null) return html`<p>The log does not say what was cited.</p>`;
  if (cited.length === 0) return html`<p>Nothing cited.</p>`;
  return html`<ul class="evidence">${cited.map((place) => html`<li><code>${placeOf(place)}</code>${quoteOf(place)}</li>`)}</ul>`;
}

/** Right file, right lines, share of the cited lines that are expected; unknown figures are left out. */
function evidenceByLine({ answer: { citations } }: ReportRun['graded']): Html | null {
  if (citations === null) return null;
  const { rightFile, rightLines, linesInside } = citations;
  const yes = (name: string, right: boolean | null) => (right === null ? [] : [`${name}: ${right ? 'yes' : 'no'}`]);
  const inside = linesInside === null ? [] : [`cited lines inside: ${percent(linesInside)}`];
  const parts = [...yes('right file', rightFile), ...yes('right lines', rightLines), ...inside];
  return parts.length === 0 ? null : html`<p>${parts.join(' · ')}</p>`;
}

function placeOf({ path, first_line: first, last_line: last }: LoggedCitation): string {
  if (first === null) return path;
  return `${path}:${first}${last === null || last === first ? '' : `-${last}`}`;
}

function quoteOf({ quote, status }: LoggedCitation): Html {
  const said = quote === null ? '' : quote.length > 300 ? `${quote.slice(0, 299)}…` : quote;
  return html` ${status === 'unresolved' ? html`<em class="bad">unresolved</em> ` : null}<q>${said}</q>`;
}

function calls({ tools }: ReportRun['graded'], { tools_called }: RunLogRecord): Html {
  if (tools === null) return html`<p>The log does not say which tools were called.</p>`;
  const rows = tools.calls.map(({ tool, finding }, at) => {
    const said = (tools_called?.[at]?.arguments_text ?? '').slice(0, 160);
    return html`<li><code>${tool}</code> <em class="${finding === 'needed' ? 'good' : 'bad'}">${finding}</em> <small>${said}</small></li>`;
  });
  return html`<details class="calls"><summary>${rows.length} tool calls, ${rows.length - tools.counts.needed} for nothing</summary><ol>${rows}</ol></details>`;
}

/** Null is unknown, and says so. */
function figuresOf({ latency_ms, usage, cost_usd, retry_count, confidence, model }: RunLogRecord): string {
  const known = (value: number | null | undefined, text: (value: number) => string, name: string) =>
    value === null || value === undefined ? `${name} unknown` : text(value);
  return [
    known(latency_ms?.total, (ms) => `${Math.round(ms)} ms`, 'time'),
    known(usage && usage.input_tokens + usage.output_tokens, (tokens) => `${tokens} tokens`, 'tokens'),
    known(cost_usd, dollars, 'cost'),
    known(retry_count, (retries) => `${retries} retries`, 'retries'),
    known(confidence, (share) => `confidence ${share.toFixed(2)}`, 'confidence'),
    ...(model === null ? [] : [model]),
    ...(usage?.reused === undefined
      ? []
      : [`${usage.reused.model_calls} of ${usage.model_calls} model calls used again from earlier benchmarks`]),
  ].join(' · ');
}

function links({ links: { web, trace, history }, workflow_id }: RunLogRecord, base: string): Html {
  const given = [
    ['Web UI', web, ''],
    ['trace', trace, ''],
    ['history', history, base],
  ] as const;
  const shown = given.flatMap(([name, target, from]) => (target === null ? [] : html`${link(name, target, from)} `));
  const run = workflow_id === null ? null : html` <code>${workflow_id}</code>`;
  return html`<p class="links">${shown}${run}</p>`;
}
