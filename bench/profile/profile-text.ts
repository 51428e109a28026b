/** A profile as Markdown: each millisecond, CPU by code, allocations, bytes. */
import { tableText } from '../peers/report/table.ts';
import type { Step } from './history-times.ts';
import type { Profile } from './run-profile.ts';
import type { CodeShares } from './thread-profiles.ts';

const one = (value: number): string => value.toFixed(1);

export function profileText(profile: Profile): string {
  const { cpuMs, worker, diskBytes, history } = profile;
  const parts = Object.entries(diskBytes);
  const bytes = parts.reduce((sum, [, each]) => sum + each, 0);
  return [
    '# Where a question spends its time',
    `Measured at ${profile.startedAt}, commit ${profile.commit}, ${profile.questions} questions one at a time, medians; load of the machine ${profile.load}.`,
    '## Milliseconds',
    millisecondsTable(profile),
    `${history.events} events, ${one(history.historyBytes / 1024)} KiB of history a question.`,
    '## CPU',
    `Without profilers: worker ${cpuMs.worker} ms, server ${cpuMs.server} ms, client ${cpuMs.client} ms a question. Below: JavaScript of the worker's ${worker.threads} threads under a profiler, ${one(worker.cpu.total)} ms a question, of which the collector took ${one(worker.gcMs)} ms.`,
    sharesTable(worker.cpu, 'ms a question', 'groups'),
    sharesTable(worker.cpu, 'ms a question', 'functions'),
    '## Allocations',
    `${one(worker.allocations.total / 1024)} MiB a question.`,
    sharesTable(worker.allocations, 'KiB a question', 'groups'),
    sharesTable(worker.allocations, 'KiB a question', 'functions'),
    '## Bytes on disk',
    tableText(
      ['part', 'KiB a question'],
      [...parts, ['together', bytes] as [string, number]].map(([part, each]) => [part, one(each / 1024)]),
    ),
    '',
  ].join('\n\n');
}

function millisecondsTable({ client, history }: Profile): string {
  const { workflowTasks, activities, spanMs } = history;
  const row = (step: Step) => [
    step.name,
    String(step.perQuestion),
    one(step.queueMs),
    one(step.runMs),
    one(step.sumMs),
    String(step.inputBytes),
    String(step.outputBytes),
  ];
  return tableText(
    ['', 'a question', 'queue', 'run', 'together', 'input bytes', 'output bytes'],
    [
      ['client: the start of the workflow', '1', '', one(client.startMs), one(client.startMs), '', ''],
      row(workflowTasks),
      ...activities.map(row),
      ['history, first event to last', '', '', '', one(spanMs), '', ''],
      ['before it and after it', '', '', '', one(client.afterLastEventMs), '', ''],
      ['question to answer', '', '', '', one(client.toAnswerMs), '', ''],
    ],
  );
}

function sharesTable(shares: CodeShares, unit: string, by: 'groups' | 'functions'): string {
  return tableText(
    [by === 'groups' ? 'code' : 'function', unit, '%'],
    shares[by].slice(0, 25).map(({ name, perQuestion, percent }) => [name, one(perQuestion), one(percent)]),
  );
}
