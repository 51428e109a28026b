/** A small router fitted to sixteen questions, which tells code from guides. */
import type { FittedRouter } from '../../contracts/fitted-router.ts';
import { fitRouter, prepareQuestions } from '../../router-fit/fit-router.ts';
import { repositoryFeatures } from '../../router-fit/repository-features.ts';

const subjects = ['kettle', 'lid', 'spout', 'handle', 'element', 'switch', 'cable', 'filter'];
const wordings: Record<string, (subject: string) => string> = {
  code: (subject) => `When does the function of the ${subject} throw?`,
  docs: (subject) => `Which guide tells owners to clean a ${subject} with vinegar?`,
};

/** One that it is sure about. */
export const questionAboutCode = wordings.code?.('pot') ?? '';

/** @param options `repository`: whether it has learned from what a search of the repository finds */
export function fittedRouter({ repository }: { repository: boolean }): FittedRouter {
  const questions = Object.entries(wordings).flatMap(([route, wording]) =>
    subjects.map((subject) => {
      const row = { path: `${route}/a.js`, firstLine: 1, lastLine: 1, symbol: null, score: 1 };
      const features = repositoryFeatures(wording(subject), { all: [row], code: [], docs: [] });
      const known = { repository: repository ? features : null, embedding: null };
      return { id: `${route}-${subject}`, question: wording(subject), route, ...known };
    }),
  );
  return {
    format: 'switchyard-router-1',
    ...fitRouter(prepareQuestions(questions)),
    embeddingModel: null,
    fittedOn: { questions: questions.length, byRoute: { code: 8, docs: 8 }, hashes: [] },
    riskCoverage: [{ probability: 0.8, coverage: 0.5, risk: 0.05, riskAtMost: 0.2 }],
    outOfFold: { agreement: 1, low: 0.8, high: 1, brier: 0.1, repetitions: 1, folds: 8 },
  };
}
