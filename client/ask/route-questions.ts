/** Routes questions and, where the right routes are known, says how well the router does. */
import { z } from 'zod';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readsRepository } from '../../contracts/pipeline-rules.ts';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { folderOf, placeOf } from '../evaluate/dataset-repository.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { questionMaxCharacters, RouteInput } from '../../contracts/run.ts';
import { modelQueues } from '../../config/model-limits.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { readJsonLines } from '../input/json-lines-file.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { padStartToWidth, padToWidth, widthOf } from '../../lib/terminal-width.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { readQuestion } from './question-argument.ts';
import { readSettings } from '../../application/read-settings.ts';
import { type Routed, routeOne } from '../../application/runs/route-one.ts';
import { unlessLost } from '../../application/session/runtime-loss.ts';
import { unmetRouteRemarks } from '../benchmark/unmet-route-remarks.ts';
import { openSession } from '../../application/session/session.ts';
import { type Agreement, agreementOf } from '../../harness/agreement.ts';

export type RouteOptions = { file?: string; pipeline: string; repo?: string; json: boolean };

export const RouteQuestion = z.object({
  id: z.string().min(1).max(200),
  question: z.string().trim().min(1, 'the question is empty').max(questionMaxCharacters),
  expected_route: z.string().min(1).nullish(),
  /** As in a dataset; for routers that read what the repository says. */
  repository: z.string().min(1).nullish(),
  ref: z.string().min(1).max(250).nullish(),
});
export type RouteQuestion = z.infer<typeof RouteQuestion>;

/** How many questions are at the router at a time. */
const width = 8;

export async function routeQuestions(question: string | undefined, options: RouteOptions): Promise<number> {
  const settings = readSettings();
  const pipeline = await loadPipeline(options.pipeline);
  const questions = await questionsOf(question, options.file);
  const labelled = questions.flatMap(({ expected_route }) => (expected_route == null ? [] : [{ expected_route }]));
  for (const remark of [...routerRemarks(pipeline), ...unmetRouteRemarks([pipeline], labelled)])
    note(printableLine(`note: ${remark}`));
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const limits = callLimits(settings.model, null, modelQueues(settings));
  const all: Routed[] = [];
  const work = inParallel(
    questions,
    { width, signal },
    async (each) =>
      routeOne(session, inputOf(each, pipeline, limits, await repositoryFor(each, pipeline, options)), each, signal),
    (routed) => {
      all.push(routed);
      if (options.json) printJson(lineOf(routed), { probabilities: 'map' });
      else print(textOf(routed));
    },
  );
  await unlessLost(session, work);
  if (signal.aborted) return exitCodes.interrupted;
  summarize(all, options.json);
  return all.some((routed) => 'error' in routed) ? exitCodes.failed : exitCodes.worked;
}

/** What a reader must know of the routes before they are told. */
export function routerRemarks({ name, router, specialists }: PipelineSpec): string[] {
  if (router !== null) return [];
  return [`the pipeline "${name}" has no router: every question goes to ${specialists[0]?.name ?? 'no specialist'}`];
}

async function questionsOf(question: string | undefined, file: string | undefined): Promise<RouteQuestion[]> {
  if ((question === undefined) === (file === undefined))
    throw new UsageError('give one question in quotes, or --file with many: switchyard route "How does …?"');
  if (file !== undefined) return readJsonLines(file, RouteQuestion);
  return [{ id: 'question', question: await readQuestion(question ?? '', process.stdin) }];
}

function inputOf(
  { question }: RouteQuestion,
  pipeline: PipelineSpec,
  limits: RouteInput['limits'],
  repository: RepositoryRef | undefined,
): RouteInput {
  const about = repository === undefined ? {} : { repository };
  return RouteInput.parse({ question, pipeline, forcedRoute: null, limits, ...about });
}

/** Undefined: none is named, or the router does not read it. */
async function repositoryFor(
  { repository, ref }: RouteQuestion,
  { router }: PipelineSpec,
  { repo, file }: RouteOptions,
): Promise<RepositoryRef | undefined> {
  if (!readsRepository(router)) return undefined;
  if (repo !== undefined) return repositoryOf({ repo });
  if (repository == null || file === undefined) return undefined;
  return repositoryOf(placeOf({ repository, ref: ref ?? null }, folderOf(file)));
}

function lineOf(routed: Routed) {
  const { id, expected } = routed;
  const expected_route = expected === null ? {} : { expected_route: expected };
  if ('error' in routed) return { id, error: routed.error, help: routed.help, ...expected_route };
  const { route, probabilities, fallback, source, model } = routed;
  return { id, route, probabilities, fallback, source, model, ...expected_route };
}

function textOf(routed: Routed): string {
  if ('error' in routed) {
    const help = routed.help === undefined ? '' : `; see ${routed.help}`;
    return `${printableLine(routed.id)}: failed: ${printableLine(routed.error)}${help}`;
  }
  const probabilities = Object.entries(routed.probabilities).map(([route, share]) => `${route} ${share.toFixed(2)}`);
  const expected =
    routed.expected === null || routed.expected === routed.route ? '' : `, expected ${printableLine(routed.expected)}`;
  const fallback = routed.fallback ? ', fallback: the reply named no route' : '';
  return `${printableLine(routed.id)}: ${routed.route} (${probabilities.join(', ')})${fallback}${expected}`;
}

function summarize(all: readonly Routed[], json: boolean): void {
  const summary = routingSummary(all);
  if (summary === null) return;
  if (json) printJson(summary);
  else print(`\n${summaryText(summary)}`);
}

// Says how far the router agrees with the routes that were expected.

type RoutingSummary = { summary: true; models: string[]; failed: number; fallbacks: number } & Agreement;

/** Null where no route was expected. Questions whose router failed count as failed, not as disagreement. */
export function routingSummary(all: readonly Routed[]): RoutingSummary | null {
  const judged = all.filter((routed) => routed.expected !== null);
  if (judged.length === 0) return null;
  const routed = judged.flatMap((each) => ('error' in each ? [] : [each]));
  const pairs = routed.map(({ expected, route }) => ({ expected: expected ?? '', actual: route }));
  return {
    summary: true,
    models: [...new Set(routed.flatMap(({ model }) => (model === null ? [] : [model])))],
    failed: judged.length - routed.length,
    fallbacks: routed.filter(({ fallback }) => fallback).length,
    ...agreementOf(pairs),
  };
}

export function summaryText(summary: RoutingSummary): string {
  const { n, agreed, share, interval, kappa, failed, fallbacks, models, confusion } = summary;
  const between = interval === null ? '' : ` (95 % interval ${percent(interval.low)} to ${percent(interval.high)})`;
  return [
    `agreement  ${agreed} of ${n}${share === null ? '' : `, ${percent(share)}`}${between}`,
    `kappa      ${kappa === null ? 'not defined: one label only' : kappa.toFixed(3)}`,
    `fallbacks  ${fallbacks}`,
    `failed     ${failed}`,
    `model      ${models.length === 0 ? 'none' : printableLine(models.join(', '))}`,
    '',
    ...confusionRows(confusion),
  ].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/**
 * Expected routes down, actual ones across.
 * @param confusion its counts, or means of them as they are to be shown
 */
export function confusionRows({
  labels,
  counts,
}: {
  labels: readonly string[];
  counts: readonly (readonly (string | number)[])[];
}): string[] {
  const names = labels.map(printableLine);
  const width = Math.max(8, ...names.map(widthOf)) + 2;
  const row = (name: string, cells: readonly (string | number)[]) =>
    padToWidth(name, width) + cells.map((cell) => padStartToWidth(String(cell), width)).join('');
  return [row('expected', names), ...names.map((name, at) => row(name, counts[at] ?? []))];
}
