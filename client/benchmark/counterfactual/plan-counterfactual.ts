/** Makes a benchmark of the routes that were not taken: a variant a route, what is known of the taken ones carried over. */
import { createHash } from 'node:crypto';
import { BenchmarkManifest } from '../../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../../contracts/dataset.ts';
import type { RunLogRecord } from '../../../contracts/run-log.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { withRouteKinds } from '../../../harness/graders/needed-kinds.ts';
import { gradeRecord } from '../../../harness/graded-record.ts';
import { takenRoute } from '../../../harness/counterfactual.ts';
import { labels } from '../../../harness/labels.ts';
import { unmetRoutes, unmetRoutesText } from '../../../harness/unmet-routes.ts';
import { variantOf } from '../benchmark-variants.ts';
import { linesOf, shortHash } from '../benchmark-questions.ts';
import { UsageError } from '../../../lib/errors.ts';

export type CounterfactualChoice = { variant?: string; question?: string[]; label?: string };

export type PlannedCounterfactual = {
  manifest: BenchmarkManifest;
  text: string;
  questions: DatasetQuestion[];
  /** Of the variant as the router had it. */
  taken: RunLogRecord[];
  /** The taken ones again, as records of their route's variant: these are not run. */
  carried: RunLogRecord[];
  /** What a reader must know before it starts. */
  remarks: string[];
};

export type BenchmarkLog = { manifest: BenchmarkManifest; questions: DatasetQuestion[]; records: RunLogRecord[] };

export const variantOfRoute = (route: string): string => `route-${route}`;

/** @throws UsageError where there is nothing to choose from */
export function planCounterfactual(log: BenchmarkLog, choice: CounterfactualChoice): PlannedCounterfactual {
  const { manifest } = log;
  const variant = manifest.variants.find(({ name, pipeline }) =>
    choice.variant === undefined ? pipeline.router !== null : name === choice.variant,
  );
  if (variant === undefined || variant.pipeline.router === null)
    throw new UsageError(
      `${manifest.id} has no variant ${choice.variant ?? ''} with a router: it has ${namesOf(manifest)}`,
    );
  const ofVariant = log.records.filter((record) => record.variant === variant.name);
  const questions = chosenQuestions(log.questions, { records: ofVariant, pipeline: variant.pipeline }, choice);
  const ids = new Set(questions.map(({ id }) => id));
  const taken = ofVariant.filter(({ question_id }) => ids.has(question_id));
  const text = linesOf(questions);
  const dataset = `${manifest.dataset.replace(/-[0-9a-f]{12}$/, '')}-${shortHash(text)}`;
  const carried = taken.flatMap((record) => carriedRecord(record, manifest.id, dataset));
  const unmet = unmetRoutes(
    variant.pipeline,
    questions.map(({ expected_route }) => expected_route),
  );
  const variants = variant.pipeline.specialists.map(({ name }) => {
    const specHash = createHash('sha256').update(`${variant.specHash} ${name}`).digest('hex');
    return { ...variantOf(variant.pipeline, variantOfRoute(name)), specHash, forcedRoute: name };
  });
  return {
    manifest: BenchmarkManifest.parse({
      ...manifest,
      id: `${manifest.id}-routes-${shortHash(`${variant.name}\n${text}`)}`,
      dataset,
      questions: questions.length,
      variants,
      forkOf: { benchmark: manifest.id, variant: variant.name },
      startedAt: new Date().toISOString(),
    }),
    text,
    questions,
    taken,
    remarks: [...(unmet === null ? [] : [unmetRoutesText(unmet)]), ...remarksOn(carried.length)],
    carried,
  };
}

function remarksOn(known: number): string[] {
  const others = 'the others take each unchanged call of the run on the taken route, and pay for the rest';
  if (known === 0) return [others];
  return [`${known} of the runs are those of the taken routes: they are known, and not run again`, others];
}

function chosenQuestions(
  all: readonly DatasetQuestion[],
  { records, pipeline }: { records: readonly RunLogRecord[]; pipeline: PipelineSpec },
  { question, label }: CounterfactualChoice,
): DatasetQuestion[] {
  if (label !== undefined && !labels.some((each) => each === label))
    throw new UsageError(`there is no label "${label}": take one of ${labels.join(', ')}`);
  const unknown = question?.find((id) => !all.some((one) => one.id === id));
  if (unknown !== undefined) throw new UsageError(`the benchmark has no question "${unknown}"`);
  const byId = Map.groupBy(records, ({ question_id }) => question_id);
  const chosen = all.filter((one) => {
    if (question !== undefined && !question.includes(one.id)) return false;
    const grades = (byId.get(one.id) ?? []).map((record) => gradeRecord(record, withRouteKinds(one, [pipeline])));
    if (label === undefined)
      return grades.length > 0 && (question !== undefined || grades.some(({ correct }) => !correct));
    return grades.some((grade) => [grade.label, ...grade.secondary_labels].some((each) => each === label));
  });
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    label === undefined
      ? 'no recorded question is left: choose some with --question'
      : `no question has the label ${label}`,
  );
}

/** A run on one route alone is what forcing that route would give, but for the router's call. */
function carriedRecord(record: RunLogRecord, id: string, dataset: string): RunLogRecord[] {
  if (record.routes_run?.length !== 1 || record.error !== null) return [];
  const { links } = record;
  const history = links.history === null ? null : `../${id}/${links.history}`;
  return [{ ...record, variant: variantOfRoute(takenRoute([record])), dataset, links: { ...links, history } }];
}

function namesOf({ variants }: BenchmarkManifest): string {
  return variants.map(({ name }) => name).join(', ');
}
