/** The routers of a benchmark: what each has cost itself, and what its decisions have cost against the best routes. */
import { dollars, percent, seconds } from '../rendering/figures.ts';
import type { RouterRegret } from '../counterfactual.ts';
import { html, type Html } from '../../lib/html.ts';
import type { Report, ReportRun } from './report.ts';
import { overheadOf } from './trace-tree.ts';

const heads = [
  'router of',
  'kind',
  'its tokens',
  'its cost',
  'its time',
  'regret: right answers',
  'tokens',
  'cost',
  'known',
];

/** Null for a benchmark none of whose variants has a router. */
export function routersSection(report: Report): Html | null {
  const { routers = [] } = report;
  if (routers.length === 0) return null;
  const unknown = routers.every(({ tokens, costUsd }) => tokens === null && costUsd === null);
  return html`<section id="routers"><h2>Routers</h2><div class="wide" tabindex="0" role="region" aria-label="cost and regret of the routers"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${routers.map((router) => routerRow(router, ownCost(report, router.variant)))}</tbody></table></div>
<p>Regret is what the best route of a question would have given beyond the one that was taken. ${unknown ? html`Of questions that were answered wrong it is known once every route was run: <code>switchyard counterfactual</code> does that, and the next report shows it.` : null}</p></section>`;
}

/** A question, of the runs whose traces are at hand; null where there is none. */
type OwnCost = { tokens: number; costUsd: number | null; ms: number } | null;

function ownCost({ questions, comparison }: Report, variant: string): OwnCost {
  const runs = questions.flatMap(({ baseline, candidate }): ReportRun[] => [
    ...(comparison.baseline.variant === variant ? baseline : []),
    ...(comparison.candidate.variant === variant ? candidate : []),
  ]);
  const spent = runs.flatMap(({ trace }) => (trace === null ? [] : [overheadOf(trace).byStage.routing]));
  if (spent.length === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const costs = spent.flatMap(({ costUsd }) => costUsd ?? []);
  return {
    tokens: mean(spent.map(({ tokens }) => tokens)),
    costUsd: costs.length < spent.length ? null : mean(costs),
    ms: mean(spent.map(({ ms }) => ms)),
  };
}

function routerRow(
  { variant, kind, quality, interval, tokens, costUsd, known, questions }: RouterRegret,
  own: OwnCost,
): Html {
  const told = <Value>(value: Value | null, text: (value: Value) => string) =>
    value === null ? 'unknown' : text(value);
  const between = interval === null ? '' : ` (${percent(interval.low)} to ${percent(interval.high)})`;
  const texts = [
    kind,
    told(own, (spent) => spent.tokens.toFixed(0)),
    told(own?.costUsd ?? null, dollars),
    told(own, (spent) => seconds(spent.ms)),
    told(quality, (share) => `${percent(share)}${between}`),
    told(tokens, (mean) => mean.toFixed(0)),
    told(costUsd, dollars),
    `${known} of ${questions}`,
  ];
  return html`<tr><th scope="row">${variant}</th>${texts.map((text) => html`<td>${text}</td>`)}</tr>`;
}
