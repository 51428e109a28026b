/** `router fit` and `router evaluate`: a router of one's own labels, and what it is worth on questions that it has not seen. */
import { existsSync } from 'node:fs';
import { FittedRouter } from '../../contracts/fitted-router.ts';
import { UsageError } from '../../lib/errors.ts';
import { fnv1a } from '../../lib/random.ts';
import { printableLine } from '../../lib/printable.ts';
import type { LabelledQuestion } from '../../router-fit/example.ts';
import { fitRouter, prepareQuestions } from '../../router-fit/fit-router.ts';
import { type LearningCurve, learningCurve } from '../../router-fit/learning-curve.ts';
import { openRouter } from '../../router-fit/predict-route.ts';
import { type RouterFigures, routerFigures } from '../../router-fit/router-figures.ts';
import { exitCodes } from '../exit-codes.ts';
import { readRouterFile } from './read-router-file.ts';
import { type Opened, withRetrieval } from '../repository/with-retrieval.ts';
import { note, print, printJson, writeResult } from '../terminal/output.ts';
import { type FactOptions, labelledQuestions, outOfFoldFigures } from './measure-router.ts';
import { figuresText } from './router-report.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type RouterOptions = FactOptions & { repetitions: number; json: boolean };
export type FitOptions = RouterOptions & { output: string; force: boolean };
export type EvaluateOptions = RouterOptions & { router?: string };

export async function fitRouterFile(file: string, options: FitOptions): Promise<number> {
  const { output, force } = options;
  if (existsSync(output) && !force) throw new UsageError(`${output} is there already: give --force, or another name`);
  return withRetrieval(async (opened) => {
    const { questions, embeddingModel } = await labelledQuestions(opened, file, options);
    const { figures, curve } = await measured(opened, questions, options);
    const router = FittedRouter.parse({
      format: 'switchyard-router-1',
      ...fitRouter(prepareQuestions(questions)),
      embeddingModel,
      fittedOn: fittedOn(questions),
      riskCoverage: figures.riskCoverage,
      outOfFold: {
        agreement: figures.agreement.mean,
        ...figures.agreement.interval,
        brier: figures.brier,
        repetitions: figures.repetitions,
        folds: figures.folds,
      },
    });
    await writeResult(output, `${JSON.stringify(router)}\n`);
    tell(figures, curve, options.json, { router: output });
    note(printableLine(`${output} is fitted on all ${questions.length} questions; name it in a pipeline's router`));
    return exitCodes.worked;
  });
}

export async function evaluateRouter(file: string, options: EvaluateOptions): Promise<number> {
  const { router: named } = options;
  const router = named === undefined ? null : await readRouterFile(named);
  return withRetrieval(async (opened) => {
    if (router === null) {
      const { questions } = await labelledQuestions(opened, file, options);
      const { figures, curve } = await measured(opened, questions, options);
      tell(figures, curve, options.json, {});
      return exitCodes.worked;
    }
    const kinds = router.blocks.map(({ kind }) => kind);
    const needed = { embeddings: kinds.includes('embedding'), repository: kinds.includes('repository') };
    const { questions } = await labelledQuestions(opened, file, needed);
    tell(figuresOf(router, questions, file), null, options.json, {});
    return exitCodes.worked;
  });
}

async function measured({ signal }: Opened, questions: readonly LabelledQuestion[], { repetitions }: RouterOptions) {
  const figures = await outOfFoldFigures(questions, { repetitions, signal });
  return { figures, curve: await learningCurve(questions, { repetitions: Math.min(3, repetitions), signal }) };
}

/** On questions that it was not fitted on. @throws UsageError where there is none, and for labels that it has no route for */
function figuresOf(router: FittedRouter, questions: readonly LabelledQuestion[], file: string): RouterFigures {
  const seen = new Set(router.fittedOn.hashes);
  const unseen = questions.filter(({ question }) => !seen.has(hashOf(question)));
  if (unseen.length === 0) throw new UsageError(`the router was fitted on every question of ${file}`);
  if (unseen.length < questions.length)
    note(`note: ${questions.length - unseen.length} questions that the router was fitted on are left out`);
  const unknown = [...new Set(unseen.map(({ route }) => route))].filter((route) => !router.routes.includes(route));
  if (unknown.length > 0)
    throw new UsageError(`the router knows ${router.routes.join(', ')}, and ${file} has ${unknown.join(', ')} too`);
  const predict = openRouter(router);
  const repetition = unseen.map((facts, question) => {
    const probabilities = new Map(predict(facts).map(({ route, probability }) => [route, probability]));
    return {
      question,
      truth: router.routes.indexOf(facts.route),
      probabilities: router.routes.map((route) => probabilities.get(route) ?? 0),
    };
  });
  return routerFigures({ routes: router.routes, folds: 0, repetitions: [repetition] });
}

function fittedOn(questions: readonly LabelledQuestion[]): FittedRouter['fittedOn'] {
  const byRoute = Map.groupBy(questions, ({ route }) => route);
  return {
    questions: questions.length,
    byRoute: Object.fromEntries([...byRoute].map(([route, own]) => [route, own.length])),
    hashes: questions.map(({ question }) => hashOf(question)),
  };
}

const hashOf = (question: string): string => fnv1a(question.trim()).toString(16).padStart(8, '0');

function tell(figures: RouterFigures, curve: LearningCurve | null, json: boolean, more: { router?: string }): void {
  const all = { ...figures, learningCurve: curve } satisfies Printed<'router evaluate'>;
  if (json) printJson({ ...more, ...all });
  else print(figuresText(figures, curve));
}
