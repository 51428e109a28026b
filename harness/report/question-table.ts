/** The table of questions: sorted by regression, to be sorted and filtered by the page's script. */
import { points } from '../rendering/figures.ts';
import { html, type Html } from '../../lib/html.ts';
import { questionAnchor } from './links.ts';
import type { ReportQuestion, ReportRun } from './report.ts';

const columns = ['question', 'route', 'baseline', 'candidate', 'points', 'ms', 'tokens'] as const;
const heads: Record<(typeof columns)[number], string> = {
  question: 'question',
  route: 'route',
  baseline: 'baseline',
  candidate: 'candidate',
  points: 'points',
  ms: 'ms',
  tokens: 'tokens',
};

/** @param all questions compared; the table may show a selection */
export function questionTable(questions: readonly ReportQuestion[], all: number): Html {
  const selection = questions.length === all ? '' : ` The ${questions.length} of ${all} that differ most.`;
  const routes = [...new Set(questions.map(({ question }) => question.expected_route))].sort();
  const labels = [
    ...new Set(questions.flatMap((each) => [...labelsOf(each.baseline), ...labelsOf(each.candidate)])),
  ].sort();
  return html`<form id="filters">
<label>route ${choice('route', 'all', routes)}</label>
<label>label ${choice('label', 'any', labels)}</label>
<label>of ${choice('variant', 'either variant', ['baseline', 'candidate'])}</label>
<label>text <input type="search" name="text"></label>
<output id="shown" aria-live="polite">${questions.length} questions.</output>
</form>
<p>The largest loss stands first.${selection} A column's head sorts by it. Points, ms and tokens are the candidate's less the baseline's.</p>
<div class="wide" tabindex="0" role="region" aria-label="questions"><table id="question-table">
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>${questions.map(questionRow)}</tbody></table></div>`;
}

function choice(name: string, none: string, values: readonly string[]): Html {
  return html`<select name="${name}"><option value="">${none}</option>${values.map((value) => html`<option>${value}</option>`)}</select>`;
}

function headCell(column: (typeof columns)[number]): Html {
  const sorted = column === 'points' ? 'ascending' : 'none';
  return html`<th scope="col" class="c-${column}" aria-sort="${sorted}"><button type="button">${heads[column]}</button></th>`;
}

function questionRow(each: ReportQuestion): Html {
  const { question, baseline, candidate } = each;
  const gain = difference(candidate, baseline, ({ graded }) =>
    graded.correct === null ? null : Number(graded.correct),
  );
  const ms = difference(candidate, baseline, ({ record }) => record.latency_ms?.total ?? null);
  const tokens = difference(
    candidate,
    baseline,
    ({ record: { usage } }) => usage && usage.input_tokens + usage.output_tokens,
  );
  return html`<tr data-route="${question.expected_route}" data-baseline="${labelsOf(baseline).join(' ')}" data-candidate="${labelsOf(candidate).join(' ')}">
<th scope="row" class="c-question"><a href="#${questionAnchor(question.id)}">${question.id}</a> <span>${question.question}</span></th>
<td class="c-route">${question.expected_route}</td>
<td class="c-baseline">${primary(baseline)}</td><td class="c-candidate">${primary(candidate)}</td>
${numberCell('points', gain, gain === null ? '' : points(gain))}${numberCell('ms', ms, signed(ms))}${numberCell('tokens', tokens, signed(tokens))}</tr>`;
}

/** Without a colour: what one question shows is no finding. */
function numberCell(column: string, value: number | null, text: string): Html {
  return html`<td class="n c-${column}" data-v="${value ?? ''}">${text}</td>`;
}

/** Labels of all trials, primary ones first, each once. */
function labelsOf(runs: readonly ReportRun[]): string[] {
  return [
    ...new Set([...runs.map(({ graded }) => graded.label), ...runs.flatMap(({ graded }) => graded.secondary_labels)]),
  ];
}

/** May be broken after an underscore, where the screen is narrow. */
function primary(runs: readonly ReportRun[]): Html {
  const text = [...new Set(runs.map(({ graded }) => graded.label))].join(', ') || 'no run';
  return html`${text.split('_').map((part, at) => (at === 0 ? part : html`_<wbr>${part}`))}`;
}

/** Of the means over trials; null where one is unknown. */
function difference(
  candidate: readonly ReportRun[],
  baseline: readonly ReportRun[],
  read: (run: ReportRun) => number | null,
): number | null {
  const [more, less] = [candidate, baseline].map((runs) => {
    const values = runs.map(read);
    return values.length === 0 || values.includes(null)
      ? null
      : values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  });
  return more === null || more === undefined || less === null || less === undefined ? null : more - less;
}

function signed(value: number | null): string {
  return value === null ? '' : `${value < 0 ? '' : '+'}${Math.round(value)}`;
}
