/** Shows a run's trace from its history alone: as a tree, beside another run, or as the anatomy of its time. */
import { latencyAnatomy } from '../observability/latency-anatomy.ts';
import { leavesOf, taken } from '../observability/trace-totals.ts';
import { exitCodes } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { isHistoryFile, type LoadedRun, runOfFile, runOfServer } from './load-run.ts';
import type { TextStyle } from './outcome-text.ts';
import { colorsFor, columnsOf, note, print, printableLine, printJson } from './output.ts';
import { costText, countText } from './progress-text.ts';
import { readSettings } from './read-settings.ts';
import { openSession } from './session.ts';
import { comparedRuns, comparisonText, latencyText } from './trace-figures.ts';
import { timeText, traceTree } from './trace-tree.ts';

export type TraceOptions = { latency: boolean; json: boolean };

export async function showTrace(names: readonly string[], { latency, json }: TraceOptions): Promise<number> {
  const runs = await loadAll(names);
  const [first, second] = runs;
  if (json)
    printJson(
      second === undefined ? first && recordOf(first) : { runs: runs.map(recordOf), compared: comparedRunsOf(runs) },
    );
  else {
    const style = { columns: columnsOf(process.stdout), colors: colorsFor(process.stdout) };
    const blocks = latency ? runs.map((run) => latencyBlock(run, style)) : treesOrComparison(runs, style);
    print(blocks.join('\n\n'));
  }
  for (const { history, trace } of runs)
    if (history.endMs === null) note(`${trace.workflowId} goes on: this is what there is so far`);
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
  return a === undefined || b === undefined ? trees : [...trees, comparisonText(a.trace, b.trace, style)];
}

function treeBlock({ trace }: LoadedRun, style: TextStyle): string {
  const { calls, inputTokens, outputTokens, costUsd } = taken(leavesOf(trace));
  const tokens = `${countText(inputTokens)} tokens in, ${countText(outputTokens)} out`;
  const totals = `${countText(calls)} model calls, failed attempts included; ${tokens}; cost ${costText(costUsd)}`;
  return [titleOf(trace), traceTree(trace, style), totals].join('\n');
}

function titleOf({ workflowId, traceId }: LoadedRun['trace']): string {
  return printableLine(`${workflowId} (trace ${traceId})`);
}

function latencyBlock({ history, trace }: LoadedRun, style: TextStyle): string {
  const anatomy = latencyAnatomy(history);
  return [`${titleOf(trace)}, ${timeText(anatomy.totalMs)}`, latencyText(anatomy, style)].join('\n');
}

function recordOf({ history, trace }: LoadedRun) {
  return { ...trace, ended: history.endMs !== null, latency: latencyAnatomy(history) };
}

function comparedRunsOf([a, b]: readonly LoadedRun[]) {
  return a === undefined || b === undefined ? [] : comparedRuns(a.trace, b.trace);
}
