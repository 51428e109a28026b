/** What the taken route has cost against the best one: in right answers, in tokens and in money. */
import type { DatasetQuestion } from '../contracts/dataset.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { gradeRecord } from './graded-record.ts';
import { bcaInterval } from './statistics/bootstrap.ts';
import { meanOfAll } from './statistics/mean.ts';
import type { Interval } from './statistics/proportions.ts';

export type RouteResult = {
  /** Several, joined by `+`, where the router was unclear. */
  route: string;
  /** Share of the trials with a grade that are right; null: none has one. */
  right: number | null;
  /** Means over the trials; null where a record does not say. */
  tokens: number | null;
  costUsd: number | null;
};

export type Regret = {
  question_id: string;
  expected_route: string;
  taken: RouteResult;
  routes: RouteResult[];
  /** The route with most right answers; of equal ones the cheapest. */
  best: string;
  /** Best minus taken; above 0: another route would have been better. Null: without grades nothing can be said. */
  quality: number | null;
  /** Taken minus best; null where one is not known. */
  tokens: number | null;
  costUsd: number | null;
};

/**
 * @param taken the records of one question, as the router had it
 * @param byRoute the records of the same question with each route forced
 */
export function regretOf(
  question: DatasetQuestion,
  taken: readonly RunLogRecord[],
  byRoute: ReadonlyMap<string, readonly RunLogRecord[]>,
): Regret {
  const own = resultOf(takenRoute(taken), taken, question);
  const routes = [...byRoute].map(([route, records]) => resultOf(route, records, question));
  const best = [own, ...routes].toSorted((a, b) => (b.right ?? -1) - (a.right ?? -1) || preferred(a, b, own))[0] ?? own;
  return {
    question_id: question.id,
    expected_route: question.expected_route,
    taken: own,
    routes,
    best: best.route,
    quality: difference(best.right, own.right),
    tokens: difference(own.tokens, best.tokens),
    costUsd: difference(own.costUsd, best.costUsd),
  };
}

/** @param records of one question; @returns the routes that ran, joined by `+`; `none` where the record names none */
export function takenRoute(records: readonly RunLogRecord[]): string {
  const [first] = records;
  return first?.routes_run?.join('+') || (first?.route ?? 'none');
}

/** The cheaper one first; of equally cheap ones the taken. What one of them does not say decides nothing. */
function preferred(a: RouteResult, b: RouteResult, own: RouteResult): number {
  const cheaper = difference(a.costUsd, b.costUsd) || difference(a.tokens, b.tokens);
  return cheaper || Number(b === own) - Number(a === own);
}

function resultOf(route: string, records: readonly RunLogRecord[], question: DatasetQuestion): RouteResult {
  const grades = records.map((record) => gradeRecord(record, question).correct).filter((grade) => grade !== null);
  return {
    route,
    right: meanOfAll(grades.map(Number)),
    tokens: meanOfAll(records.map(({ usage }) => (usage === null ? null : usage.input_tokens + usage.output_tokens))),
    costUsd: meanOfAll(records.map(({ cost_usd }) => cost_usd)),
  };
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

// What a router's decisions have cost over a whole benchmark.

export type RouterRegret = {
  variant: string;
  kind: 'model' | 'fitted' | 'cascade';
  questions: number;
  /**
   * Questions whose regret is known: those that the router's route answered right, which no route can better, and those of
   * which every route was run.
   */
  known: number;
  /** Right answers that another route would have given, a question; null where nothing is known. */
  quality: number | null;
  /** 95 %; null where all are alike. */
  interval: Interval | null;
  /** More than the best route takes, of the questions of which every route was run; null where one is not known. */
  tokens: number | null;
  costUsd: number | null;
};

/**
 * @param regrets of the questions of which every route was run
 * @param rightAnyway how many others the router's own route answered right in every trial
 */
export function routerRegret(
  { variant, kind, questions }: Pick<RouterRegret, 'variant' | 'kind' | 'questions'>,
  regrets: readonly Regret[],
  rightAnyway: number,
): RouterRegret {
  const measured = regrets.flatMap(({ quality }) => quality ?? []);
  const all = [...measured, ...Array.from({ length: rightAnyway }, () => 0)];
  return {
    ...{ variant, kind, questions, known: all.length, quality: meanOfAll(all) },
    interval: all.length === 0 ? null : bcaInterval([all], ([mean = Number.NaN]) => mean),
    tokens: meanOfAll(regrets.map(({ tokens }) => tokens)),
    costUsd: meanOfAll(regrets.map(({ costUsd }) => costUsd)),
  };
}
