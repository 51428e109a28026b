/** A benchmark in words: what it will take, how it gets on, how it ended. */
import type {
  BenchmarkEnding,
  BenchmarkManifest,
  BenchmarkProgress,
  SpendingLimit,
} from '../../contracts/benchmark.ts';
import { paidOf } from '../../contracts/usage-sum.ts';
import { inColumns } from '../terminal/output.ts';
import type { Need } from '../../harness/comparison/question-needs.ts';
import type { BenchmarkEstimate } from './benchmark-estimate.ts';
import { printableLine } from '../../lib/printable.ts';

export function previewText(
  manifest: BenchmarkManifest,
  { runs, modelCalls, tokens, costUsd, seconds, measured, needs }: BenchmarkEstimate,
): string {
  const { variants, trials, questions, dataset } = manifest;
  const [baseline, ...others] = variants.map(({ name }) => name);
  const rows: [string, string][] = [
    ['benchmark', manifest.id],
    ['questions', `${questions} of ${dataset}, ${trials === 1 ? '1 trial' : `${trials} trials`} each`],
    ['variants', `${baseline} (the baseline)${others.map((name) => `, ${name}`).join('')}`],
    ['runs', `${runs}, about ${modelCalls} model calls and ${thousands(tokens)} tokens`],
    ['cost', `${manifest.replies === 'shared' ? 'at most ' : ''}${costText(costUsd)}`],
    ...(manifest.replies === undefined ? [] : [repliesRow[manifest.replies]]),
    ['time', `about ${durationText(seconds * 1000)}`],
    [
      'estimate',
      measured ? 'from earlier runs of these pipelines here' : 'assumed: these pipelines have not run here yet',
    ],
    ['detectable', detectableText(needs)],
    ['needed', neededText(needs)],
  ];
  return inColumns(rows.map(([name, value]) => [name, printableLine(value)])).join('\n');
}

const repliesRow: Record<'shared' | 'fresh', [string, string]> = {
  shared: ['replies', 'those of earlier benchmarks are used again; --no-cache pays for all'],
  fresh: ['replies', 'all are asked for anew, and kept for later benchmarks'],
};

/** As `--json` prints it. */
export function shownProgress(progress: BenchmarkProgress) {
  const { arms: variants, ...tally } = progress.tally;
  return { ...progress, tally: { variants, ...tally } };
}

/** On one line. */
export function progressLine({ state, note, total, done, running, tally, leftMs }: BenchmarkProgress): string {
  const variants = Object.entries(tally.arms).map(
    ([variant, { graded, right }]) => `${variant} ${shareText(right, graded)}`,
  );
  const parts = [
    `${done}/${total} done, ${running} running`,
    ...(state === 'running' ? [] : [state]),
    ...(note === null ? [] : [note]),
    ...(variants.length === 0 ? [] : [`right: ${variants.join(', ')}`]),
    ...(tally.failed === 0 ? [] : [`${tally.failed} failed`]),
    costText(paidOf(tally.usage).costUsd),
    ...(tally.usage.reused === undefined ? [] : [`${tally.usage.reused.modelCalls} replies used again`]),
    `${tally.rateLimited} × 429`,
    ...(leftMs === null || done >= total ? [] : [`${durationText(leftMs)} left`]),
  ];
  return printableLine(parts.join(' · '));
}

export function endingText(id: string, { kind, progress }: BenchmarkEnding): string {
  const { tally, total, done, activeMs, limit } = progress;
  const { usage } = tally;
  const paid = paidOf(usage);
  const { reused } = usage;
  const again =
    reused === undefined
      ? []
      : [
          `  ${reused.modelCalls} replies of earlier benchmarks used again: all of it paid would have cost ${costText(usage.costUsd)}`,
        ];
  const how = {
    finished: `${id} has ended: ${done} of ${total} runs in ${durationText(activeMs)}`,
    'limit-reached': `${id} stops at its limit of ${limitText(limit)}: ${done} of ${total} runs; "switchyard bench resume ${id} --limit …" goes on`,
    unavailable: `${id} was paused and nobody resumed it in time: ${done} of ${total} runs; "switchyard bench resume ${id}" asks the rest`,
    cancelled: `${id} was cancelled: ${done} of ${total} runs; "switchyard bench resume ${id}" asks the rest`,
  }[kind];
  const variants = Object.entries(tally.arms).map(
    ([variant, { graded, right }]) =>
      `  ${printableLine(variant)}: ${right} of ${graded} right (${shareText(right, graded)})`,
  );
  return [
    how,
    ...variants,
    `  ${paid.modelCalls} model calls, ${thousands(paid.tokens)} tokens, ${costText(paid.costUsd)}, ${tally.rateLimited} answers of 429, ${tally.failed} failed runs`,
    ...again,
  ].join('\n');
}

export function limitText(limit: SpendingLimit | null): string {
  if (limit === null) return 'nothing';
  return limit.kind === 'usd' ? `$${limit.most.toFixed(2)}` : `${thousands(limit.most)} tokens`;
}

export function costText(costUsd: number | null): string {
  if (costUsd === null) return 'cost unknown';
  return costUsd === 0 ? '$0' : `$${costUsd < 0.1 ? costUsd.toPrecision(2) : costUsd.toFixed(2)}`;
}

/** `45 s`, `3 min 20 s` or `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(0)} %`;
}

/** Of the whole, and of the route with the fewest questions. */
function detectableText([all, ...routes]: readonly Need[]): string {
  const [route] = routes.toSorted((one, other) => one.have - other.have);
  const difference = ({ detects }: Need) =>
    detects === null ? 'none' : `one of ${Math.ceil(100 * detects)} points or more`;
  return [
    ...(all === undefined ? [] : [`difference of accuracy over all ${all.have} questions: ${difference(all)}`]),
    ...(route === undefined ? [] : [`on the ${route.have} of route ${route.row}: ${difference(route)}`]),
    'smaller ones are likely to stay undecided',
  ].join('; ');
}

function neededText([all, route]: readonly Need[]): string {
  const wanted = ({ worthwhile }: Need) => `to find ${(100 * worthwhile).toFixed(0)} points`;
  return [
    ...(all === undefined ? [] : [`about ${all.need} questions ${wanted(all)} over all`]),
    ...(route === undefined ? [] : [`about ${route.need} ${wanted(route)} on a route`]),
  ].join(', ');
}

function thousands(count: number): string {
  return count >= 10_000 ? `${Math.round(count / 1000)}k` : String(count);
}
