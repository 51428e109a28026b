/** Shows a run's trace as a tree of rows with bars, the overhead of a split marked. */
import type { Trace, TraceSpan } from '../../contracts/trace.ts';
import { dollars } from '../rendering/figures.ts';
import { html, type Html } from '../../lib/html.ts';
import { addUsage, noUsage } from '../../contracts/usage-sum.ts';

export function traceTree(trace: Trace): Html {
  const root = trace.spans.find(({ parent }) => parent === null);
  if (root === undefined) return html``;
  const priced = usedBy(trace.spans).costUsd !== null;
  const rows = [root, ...childrenOf(trace, root.key)].map((span) => spanRow(trace, span, { root, priced }));
  return html`<div class="wide" tabindex="0" role="region" aria-label="trace">
<table class="trace"><thead><tr><th scope="col">step</th><th scope="col">when</th><th scope="col">ms</th><th scope="col">tokens</th>${priced ? html`<th scope="col">cost</th>` : null}</tr></thead>
<tbody>${rows}</tbody></table></div>
${overheadList(trace)}`;
}

/** Depth first, each level in order of its start. */
function childrenOf(trace: Trace, key: string): TraceSpan[] {
  return trace.spans
    .filter(({ parent }) => parent === key)
    .toSorted((one, other) => one.startMs - other.startMs)
    .flatMap((child) => [child, ...childrenOf(trace, child.key)]);
}

function spanRow({ spans }: Trace, span: TraceSpan, { root, priced }: { root: TraceSpan; priced: boolean }): Html {
  const depth = span.parent === null ? 0 : span.parent === root.key ? 1 : 2;
  const stage = stageOf(span);
  const failed =
    span.level === 'ERROR' ? html` <em class="bad">failed${span.message && `: ${span.message}`}</em>` : null;
  const mark = stage !== null && depth === 1 ? html` <em class="mark">overhead</em>` : null;
  const below = depth === 0 ? spans : spans.filter((each) => each === span || each.parent === span.key);
  const used = usedBy(below);
  return html`<tr class="${stage === null ? 'work' : 'overhead'}"><th scope="row" class="depth-${depth}">${span.name}${mark}${failed}</th>
<td>${bar(span, root)}</td><td class="n">${span.endMs - span.startMs}</td>${usedCells(used, priced)}</tr>`;
}

function usedCells({ tokens, costUsd }: Omit<Spent, 'ms'>, priced: boolean): Html {
  return html`<td class="n">${tokens === 0 ? '' : tokens}</td>${priced ? html`<td class="n">${tokens === 0 ? '' : money(costUsd)}</td>` : null}`;
}

/** 100 units wide, whatever the run took. */
function bar({ startMs, endMs }: TraceSpan, root: TraceSpan): Html {
  const total = Math.max(1, root.endMs - root.startMs);
  const [x, width] = [(100 * (startMs - root.startMs)) / total, Math.max(0.7, (100 * (endMs - startMs)) / total)];
  return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="8"/></svg>`;
}

function overheadList(trace: Trace): Html {
  const { total, byStage, betweenMs } = overheadOf(trace);
  const part = (ms: number) => (total.ms === 0 ? '' : ` (${((100 * ms) / total.ms).toFixed(0)} %)`);
  const items = stages.map((stage) => {
    const { ms, tokens, costUsd } = byStage[stage];
    if (ms === 0 && tokens === 0) return html`<li><em class="mark">${stage}</em> none</li>`;
    return html`<li><em class="mark">${stage}</em> ${ms} ms${part(ms)}, ${tokens} tokens, ${money(costUsd)}</li>`;
  });
  return html`<p>Beside the specialists' work, of ${total.ms} ms, ${total.tokens} tokens, ${money(total.costUsd)}:</p>
<ul class="overhead-list">${items}<li>between steps ${betweenMs} ms${part(betweenMs)}</li></ul>`;
}

function money(costUsd: number | null): string {
  return costUsd === null ? 'cost unknown' : costUsd === 0 ? '$0' : dollars(costUsd);
}

// What a split costs beside the specialists' work: routing, gate and synthesis, in time, tokens and money.

const stages = ['routing', 'gate', 'synthesis'] as const;
type Stage = (typeof stages)[number];
/** `costUsd` is null where a model without a known price took part. */
type Spent = { ms: number; tokens: number; costUsd: number | null };
type Overhead = {
  total: Spent;
  byStage: Record<Stage, Spent>;
  /** Time in which nothing of the trace was at work: the steps between. */
  betweenMs: number;
};

/** Null for the work of a specialist, and for the root. */
function stageOf({ key, parent }: Pick<TraceSpan, 'key' | 'parent'>): Stage | null {
  const group = [key, parent].map((name) => name?.split('#')[0]);
  return stages.find((stage) => group.includes(stage)) ?? null;
}

export function overheadOf({ spans }: Trace): Overhead {
  const root = spans.find(({ parent }) => parent === null);
  const work = spans.filter((span) => span !== root);
  const total = root === undefined ? 0 : root.endMs - root.startMs;
  const ofStage = (stage: Stage) => work.filter((span) => stageOf(span) === stage);
  return {
    total: { ...usedBy(work), ms: total },
    byStage: {
      routing: spentBy(ofStage('routing')),
      gate: spentBy(ofStage('gate')),
      synthesis: spentBy(ofStage('synthesis')),
    },
    betweenMs: Math.max(0, total - busyMs(work)),
  };
}

function spentBy(spans: readonly TraceSpan[]): Spent {
  return { ...usedBy(spans), ms: busyMs(spans) };
}

function usedBy(spans: readonly TraceSpan[]): Omit<Spent, 'ms'> {
  const { inputTokens, outputTokens, costUsd } = spans.flatMap(({ usage }) => usage ?? []).reduce(addUsage, noUsage);
  return { tokens: inputTokens + outputTokens, costUsd };
}

/** Time in which at least one of the spans was open. */
function busyMs(spans: readonly TraceSpan[]): number {
  let [sum, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    sum += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return sum;
}
