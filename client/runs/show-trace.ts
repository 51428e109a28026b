/** Shows a run's trace from its history alone: as a tree, beside another run, or as the anatomy of its time. */
import { latencyAnatomy, type LatencyAnatomy, latencyByStage, runStages } from '../../observability/latency-anatomy.ts';
import { leavesOf, spentOn } from '../../observability/trace-totals.ts';
import { comparedRuns } from '../../application/runs/compared-runs.ts';
import { comparisonText } from './comparison-text.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { addUsage, noUsage, paidOf } from '../../contracts/usage-sum.ts';
import { isHistoryFile, type LoadedRun, runOfFile, runOfServer } from '../../application/runs/load-run.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { note, print, printJson, styleOf } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { costText, countText } from '../../application/words/run-words.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import { timeText, traceTree } from './trace-tree.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { latencyParts } from '../../observability/run-intervals.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type TraceOptions = { latency: boolean; json: boolean };

export async function showTrace(names: readonly string[], { latency, json }: TraceOptions): Promise<number> {
  const runs = await loadAll(names);
  const [first, second] = runs;
  if (json && first !== undefined && second === undefined)
    printJson(recordOf(first) satisfies Printed<'trace'>, recordData);
  else if (json)
    printJson({ runs: runs.map(recordOf), compared: comparedRunsOf(runs) } satisfies Printed<'trace'>, runsData);
  else {
    const style = styleOf(process.stdout);
    const blocks = latency ? runs.map((run) => latencyBlock(run, style)) : treesOrComparison(runs, style);
    print(blocks.join('\n\n'));
  }
  for (const run of runs) if (run.history.endMs === null) note(goesOnText(run));
  return exitCodes.worked;
}

/** The server is asked only for runs that are no files. */
async function loadAll(names: readonly string[]): Promise<LoadedRun[]> {
  if (names.every(isHistoryFile)) return Promise.all(names.map(runOfFile));
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  return await Promise.all(names.map((name) => (isHistoryFile(name) ? runOfFile(name) : runOfServer(session, name))));
}

function treesOrComparison(runs: readonly LoadedRun[], style: TextStyle): string[] {
  const [a, b] = runs;
  const trees = runs.map((run) => treeBlock(run, style));
  return a === undefined || b === undefined ? trees : [...trees, comparisonText(a, b, style)];
}

function treeBlock({ trace }: LoadedRun, style: TextStyle): string {
  const { calls, inputTokens, cachedInputTokens, outputTokens, costUsd } = spentOn(leavesOf(trace));
  const cached = cachedInputTokens === 0 ? '' : ` (${countText(cachedInputTokens)} of them cached)`;
  const tokens = `${countText(inputTokens)} tokens in${cached}, ${countText(outputTokens)} out`;
  const totals = `${countText(calls)} model calls, failed attempts included; ${tokens}; cost ${costText(costUsd)}${paidText(trace)}`;
  return [titleOf(trace, style), traceTree(trace, style), wrapText(totals, style.columns)].join('\n');
}

/** What of it was not paid by this run, since it was taken from another one. */
function paidText(trace: LoadedRun['trace']): string {
  const usage = leavesOf(trace)
    .flatMap((leaf) => leaf.usage ?? [])
    .reduce(addUsage, noUsage);
  if (usage.reused === undefined) return '';
  const paid = paidOf(usage);
  return `; ${countText(usage.reused.modelCalls)} of the calls were taken, and ${countText(paid.tokens)} tokens paid, ${costText(paid.costUsd)}`;
}

function titleOf({ workflowId, traceId }: LoadedRun['trace'], { columns }: TextStyle): string {
  return wrapText(printableLine(`${workflowId} (trace ${traceId})`), columns);
}

function latencyBlock({ history, trace }: LoadedRun, style: TextStyle): string {
  return [titleOf(trace, style), latencyText(history, style)].join('\n');
}

/** The server tells of an activity's attempts when it closes, so that what is open is in no tree. */
function goesOnText({ history, trace }: LoadedRun): string {
  const open = history.activities.filter(({ state }) => state === 'open').map(({ summary, type }) => summary || type);
  const doing = open.length === 0 ? '' : `; open: ${open.map(printableLine).join('; ')}`;
  return `${trace.workflowId} goes on: this is what there is so far${doing}`;
}

/** What a span carries keeps its names, in whatever it is shown. */
const recordData = {
  'spans.metadata': 'verbatim',
  'spans.parameters': 'map',
  'spans.input.value': 'verbatim',
  'spans.input.call': 'verbatim',
  'spans.output.value': 'verbatim',
  'spans.output.call': 'verbatim',
} as const;
const runsData = {
  'runs.spans.metadata': 'verbatim',
  'runs.spans.parameters': 'map',
  'runs.spans.input.value': 'verbatim',
  'runs.spans.input.call': 'verbatim',
  'runs.spans.output.value': 'verbatim',
  'runs.spans.output.call': 'verbatim',
} as const;

function recordOf({ history, trace }: LoadedRun) {
  const latency = latencyAnatomy(history);
  return { ...trace, ended: history.endMs !== null, latency, latencyByStage: latencyByStage(history) };
}

function comparedRunsOf([a, b]: readonly LoadedRun[]) {
  return a === undefined || b === undefined ? [] : comparedRuns(a, b);
}

// The anatomy of a run's time as a table: each part of it with its share of the wall clock, and by stage.

const partNames = {
  model: 'model',
  tool: 'tools',
  backoff: 'back-off',
  queue: 'queue',
  orchestration: 'orchestration',
  waiting: 'waiting',
} as const;

/** At most 80 columns. */
function latencyText(history: RunHistory, { colors }: TextStyle): string {
  const whole = latencyAnatomy(history);
  const byStage = latencyByStage(history);
  const stages = runStages.filter((stage) => byStage[stage].totalMs > 0);
  const line = (name: string, of: (anatomy: LatencyAnatomy) => number) => {
    const share = whole.totalMs === 0 ? '' : `${((100 * of(whole)) / whole.totalMs).toFixed(1)} %`;
    const cells = stages.map((stage) => timeText(of(byStage[stage])).padStart(widthOf(stage)));
    return `${name.padEnd(14)}${timeText(of(whole)).padStart(9)}${share.padStart(9)}${cells.join('')}`;
  };
  const heads = ['in all'.padStart(9), 'share'.padStart(9), ...stages.map((stage) => stage.padStart(widthOf(stage)))];
  const rows = latencyParts.map((part) => line(partNames[part], (anatomy) => anatomy[`${part}Ms`]));
  return [
    colors.dim(' '.repeat(14) + heads.join('')),
    ...rows,
    colors.bold(line('wall clock', ({ totalMs }) => totalMs)),
  ].join('\n');
}

function widthOf(stage: string): number {
  return Math.max(9, stage.length + 1);
}
