/** What is known of the regret of a benchmark's routers, from the routes that `switchyard counterfactual` has run since. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { regretOf, type RouterRegret, routerRegret } from '../../harness/counterfactual.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { benchmarkRecords, manifestBeside, questionsOfBenchmark } from '../benchmark/benchmark-folder.ts';

type Variant = BenchmarkManifest['variants'][number];

/** @param folder of the benchmark @returns one for each variant with a router, in the order of the plan */
export async function routerRegrets(folder: string, { variants }: BenchmarkManifest): Promise<RouterRegret[]> {
  const routed = variants.filter(({ pipeline, forcedRoute }) => pipeline.router !== null && forcedRoute == null);
  if (routed.length === 0) return [];
  const [questions, records, forced] = [
    await questionsOfBenchmark(folder),
    await benchmarkRecords(folder),
    await forcedRecords(folder),
  ];
  return routed.map((variant) => {
    const team = forced.filter(({ of }) => teamOf(of) === teamOf(variant));
    const routes = variant.pipeline.specialists.map(({ name }) => name);
    const ofVariant = Map.groupBy(
      records.filter((record) => record.variant === variant.name),
      (record) => record.question_id,
    );
    let rightAnyway = 0;
    const regrets = questions.flatMap((question) => {
      const taken = ofVariant.get(question.id) ?? [];
      if (taken.length === 0) return [];
      const byRoute = new Map(routes.map((route) => [route, recordsOn(team, route, question.id)]));
      if ([...byRoute.values()].every((own) => own.length > 0)) return [regretOf(question, taken, byRoute)];
      if (taken.every((record) => gradeRecord(record, question).correct === true)) rightAnyway += 1;
      return [];
    });
    const about = { variant: variant.name, kind: variant.pipeline.router?.kind ?? ('model' as const) };
    return routerRegret({ ...about, questions: ofVariant.size }, regrets, rightAnyway);
  });
}

/** What a forced route gives depends on all but the router. */
function teamOf({ pipeline: { specialists, gate, rerank, synthesis, budget } }: Pick<Variant, 'pipeline'>): string {
  return JSON.stringify([specialists, gate, rerank, synthesis, budget]);
}

type Forced = { of: Variant; records: RunLogRecord[] };

function recordsOn(team: readonly Forced[], route: string, question: string): RunLogRecord[] {
  return team
    .filter(({ of }) => of.forcedRoute === route)
    .flatMap(({ records }) => records.filter(({ question_id }) => question_id === question));
}

/** Of the benchmarks of single routes that were made of this one: they stand beside it. */
async function forcedRecords(folder: string): Promise<Forced[]> {
  const beside = dirname(folder);
  const names = (await readdir(beside)).filter((name) => name.startsWith(`${basename(folder)}-routes-`));
  const all: Forced[] = [];
  for (const name of names.toSorted()) {
    const of = join(beside, name);
    const manifest = await manifestBeside(runLogExportFile(of));
    if (manifest === null) continue;
    const records = await benchmarkRecords(of);
    for (const variant of manifest.variants)
      all.push({ of: variant, records: records.filter((record) => record.variant === variant.name) });
  }
  return all;
}
