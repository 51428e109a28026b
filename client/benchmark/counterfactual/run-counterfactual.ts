/** Runs the routes that were not taken, and says what the taken ones have cost against the best. */
import type { Config } from '../../../config/config.ts';
import type { SpendingLimit } from '../../../contracts/benchmark.ts';
import { type Regret, regretOf } from '../../../harness/counterfactual.ts';
import { estimateBenchmark } from '../benchmark-estimate.ts';
import { benchmarkFolder, benchmarkIds, readManifest } from '../../../application/benchmarks/benchmark-folders.ts';
import { benchmarkRecords, createBenchmark, questionsOfBenchmark } from '../benchmark-folder.ts';
import { callsSaved, savedText } from './calls-saved.ts';
import { costText } from '../benchmark-text.ts';
import { exitCodes } from '../../exit-codes.ts';
import { print, printJson } from '../../terminal/output.ts';
import { printableLine } from '../../../lib/printable.ts';
import { agreed } from '../plan-benchmark.ts';
import {
  variantOfRoute,
  type CounterfactualChoice,
  planCounterfactual,
  type PlannedCounterfactual,
} from './plan-counterfactual.ts';
import { readSettings } from '../../../application/read-settings.ts';
import { resumeBenchmark } from '../run-benchmark.ts';
import type { Printed } from '../../output-schemas/output-schemas.ts';

export type CounterfactualOptions = CounterfactualChoice & {
  concurrency: number;
  limit?: SpendingLimit;
  yes: boolean;
  json: boolean;
};

export async function runCounterfactual(id: string, options: CounterfactualOptions): Promise<number> {
  const settings = readSettings();
  const manifest = await readManifest(settings.dataDirectory, id);
  const folder = benchmarkFolder(settings.dataDirectory, id);
  const questions = await questionsOfBenchmark(folder);
  const planned = planCounterfactual({ manifest, questions, records: await benchmarkRecords(folder) }, options);
  if (!(await prepared(planned, options, settings))) return exitCodes.worked;
  const code = await resumeBenchmark(planned.manifest.id, { ...options, json: false, report: false });
  if (code !== exitCodes.worked) return code;
  const records = await benchmarkRecords(benchmarkFolder(settings.dataDirectory, planned.manifest.id));
  for (const regret of regretsOf(planned, records)) {
    if (options.json) printJson(regret);
    else print(regretText(regret));
  }
  const saved = callsSaved(planned, records);
  if (options.json) printJson({ summary: true, calls: saved } satisfies Printed<'counterfactual'>);
  else print(`\n${savedText(saved)}`);
  return exitCodes.worked;
}

/** The same choice has the same folder, so that what was interrupted goes on. @returns false: the person said no */
async function prepared(
  planned: PlannedCounterfactual,
  options: CounterfactualOptions,
  settings: Config,
): Promise<boolean> {
  const { manifest, questions, text, carried, remarks } = planned;
  if ((await benchmarkIds(settings.dataDirectory)).includes(manifest.id)) return true;
  const estimate = await estimateBenchmark(manifest, questions, { settings, concurrency: options.concurrency });
  if (!(await agreed({ manifest, estimate, remarks }, options))) return false;
  await createBenchmark(settings, manifest, text, carried);
  return true;
}

function regretsOf(
  { manifest, questions, taken }: PlannedCounterfactual,
  records: Awaited<ReturnType<typeof benchmarkRecords>>,
): Regret[] {
  const routes = manifest.variants.flatMap(({ forcedRoute }) => forcedRoute ?? []);
  return questions.map((question) => {
    const own = ({ question_id }: { question_id: string }) => question_id === question.id;
    const ofRoute = (route: string) =>
      records.filter((record) => own(record) && record.variant === variantOfRoute(route));
    return regretOf(question, taken.filter(own), new Map(routes.map((route) => [route, ofRoute(route)])));
  });
}

/** What was taken, what would have been best and by how much, then every route. */
export function regretText({ question_id, expected_route, taken, routes, best, ...more }: Regret): string {
  const shown = routes.map(
    ({ route, right, tokens: each }) => `${route} ${rightText(right)}, ${each?.toFixed(0) ?? '?'} tokens`,
  );
  const own = `took ${taken.route} (expected ${expected_route}), answer ${rightText(taken.right)}`;
  return printableLine(`${question_id}: ${own}; ${bestText(taken, routes, best, more)}; ${shown.join('; ')}`);
}

function bestText(
  taken: Regret['taken'],
  routes: Regret['routes'],
  best: string,
  { quality, tokens, costUsd }: Pick<Regret, 'quality' | 'tokens' | 'costUsd'>,
): string {
  if (best === taken.route) return 'no route is better';
  const cost =
    costUsd === null ? 'cost unknown' : `${costText(Math.abs(costUsd))}${costUsd === 0 ? '' : fewer(costUsd)}`;
  const spent = `${tokens === null ? 'tokens unknown' : `${Math.abs(tokens).toFixed(0)} tokens${fewer(tokens)}`}, ${cost}`;
  const none = [taken, ...routes].every(({ right }) => right === 0);
  if (none) return `no route answers it rightly; cheapest ${best}: ${spent}`;
  const right =
    quality === null ? 'grade unknown' : quality === 0 ? 'as often right' : `${quality.toFixed(2)} more right answers`;
  return `best ${best}: ${right}, ${spent}`;
}

/** Of the taken route less the best one. */
const fewer = (difference: number) => (difference < 0 ? ' more' : ' fewer');

function rightText(right: number | null): string {
  if (right === null) return 'no grade';
  return right === 1 ? 'right' : right === 0 ? 'wrong' : `${(100 * right).toFixed(0)} % right`;
}
