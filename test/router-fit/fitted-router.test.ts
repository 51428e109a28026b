/** A router fitted to labels: what it learns, what it cannot learn, and that its figures say so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FittedRouter } from '../../contracts/fitted-router.ts';
import { seededRandom } from '../../lib/random.ts';
import { crossValidate, type Unseen } from '../../router-fit/cross-validation.ts';
import type { LabelledQuestion } from '../../router-fit/example.ts';
import { fitRouter, prepareQuestions } from '../../router-fit/fit-router.ts';
import { openRouter, UnfitRouter } from '../../router-fit/predict-route.ts';
import { repositoryFeatures, repositoryNote, type SearchedRows } from '../../router-fit/repository-features.ts';
import { formFeatures, formSize } from '../../router-fit/text-features.ts';
import { probabilityAtRisk, routerFigures } from '../../router-fit/router-figures.ts';

const subjects = ['cache', 'queue', 'parser', 'logger', 'router', 'session', 'cookie', 'stream', 'plugin', 'schema'];
const phrasings: Record<string, (subject: string) => string> = {
  billing: (subject) => `Which invoice pays for the ${subject}, and when is it due?`,
  hardware: (subject) => `How many volts does the ${subject} board draw from its battery?`,
  travel: (subject) => `Which train leaves for ${subject} town before noon?`,
};

function labelled(routeOf: (route: string, at: number) => string = (route) => route): LabelledQuestion[] {
  return Object.entries(phrasings).flatMap(([route, phrase], kind) =>
    subjects.map((subject, at) => ({
      id: `${route}-${at}`,
      question: phrase(subject),
      route: routeOf(route, kind * subjects.length + at),
      repository: null,
      embedding: null,
    })),
  );
}

/** A search that finds one file. */
function found(path: string): SearchedRows {
  const row = { path, firstLine: 1, lastLine: 9, symbol: 'boil', score: 4 };
  return { all: [row], code: [row], docs: [] };
}

const quick = { repetitions: 1, folds: 5 };

test('wording that tells routes apart is learned, and questions that were left out are routed by it', async () => {
  const figures = routerFigures(await crossValidate(labelled(), quick));
  assert.equal(figures.questions, 30);
  assert.ok(figures.agreement.mean > 0.95, `${figures.agreement.mean}`);
  assert.ok(figures.brier < figures.brierOfConstant / 3, `${figures.brier}`);
});

test('labels that were dealt by lot are not predicted: nothing of a left-out question reaches its fit', async () => {
  const random = seededRandom(4);
  const routes = Object.keys(phrasings);
  const drawn = labelled(() => routes[Math.floor(random() * routes.length)] ?? 'billing');
  const figures = routerFigures(await crossValidate(drawn, { ...quick, repetitions: 4 }));
  assert.ok(figures.agreement.mean < 0.5, `${figures.agreement.mean}`);
  assert.ok(figures.agreement.interval.low < 1 / 3, JSON.stringify(figures.agreement.interval));
  assert.ok(figures.brier < figures.brierOfConstant * 1.25, `${figures.brier} of ${figures.brierOfConstant}`);
});

test('the same labels give the same router and the same figures', async () => {
  const questions = labelled().slice(0, 24);
  assert.deepEqual(fitRouter(prepareQuestions(questions)), fitRouter(prepareQuestions(questions)));
  const once = { repetitions: 1, folds: 3 };
  assert.deepEqual(await crossValidate(questions, once), await crossValidate(questions, once));
});

test('a router reads its own file, uses what is known of a question, and does without what is not', () => {
  const questions = labelled().map((question, at) => ({
    ...question,
    repository: repositoryFeatures(question.question, found(at % 3 === 0 ? 'docs/a.md' : 'lib/a.js')),
    embedding: [Number(question.route === 'travel'), at / 30, 0],
  }));
  const router = fitRouter(prepareQuestions(questions));
  assert.deepEqual(
    router.blocks.map(({ kind, size }) => [kind, size > 0]),
    ['text', 'form', 'repository', 'embedding'].map((kind) => [kind, true]),
  );
  const predict = openRouter(JSON.parse(JSON.stringify(router)));
  for (const [at, known] of questions.entries()) {
    const [first] = predict(known);
    assert.equal(first?.route, known.route, `question ${at}`);
    const alone = predict({ ...known, repository: null, embedding: null });
    assert.ok(Math.abs(alone.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9);
  }
});

test('a router whose numbers do not fit each other is refused, not read wrongly', () => {
  const router = fitRouter(prepareQuestions(labelled()));
  const [text, ...others] = router.blocks;
  assert.ok(text !== undefined);
  const cut = { ...router, blocks: [{ ...text, weights: text.weights.slice(0, 400) }, ...others] };
  assert.throws(() => openRouter(cut), UnfitRouter);
  assert.throws(() => openRouter({ ...router, bias: [0] }), UnfitRouter);
  const predict = openRouter(fitRouter(prepareQuestions(labelled().map((one) => ({ ...one, embedding: [1, 2] })))));
  assert.throws(() => predict({ question: 'q', repository: null, embedding: [1, 2, 3] }), /2 embedding features/);
  const older = { ...router, blocks: [{ ...text, size: text.size - 1 }, ...others] };
  assert.throws(() => openRouter(older), /fitted by another version/);
  assert.equal(FittedRouter.safeParse({ ...router, format: 'other' }).success, false);
});

/** Questions whose named route is right as often as `truth` of its probability says. */
function planted(truth: (confidence: number) => number): Unseen[][] {
  const random = seededRandom(9);
  return Array.from({ length: 2 }, () =>
    Array.from({ length: 300 }, (_, question) => {
      const confidence = 0.5 + random() / 2;
      const right = random() < truth(confidence);
      return { question, truth: right ? 0 : 1, probabilities: [confidence, 1 - confidence] };
    }),
  );
}

test('calibration tells a router that means what it says from one that is too sure of itself', () => {
  const of = (repetitions: Unseen[][]) => routerFigures({ routes: ['a', 'b'], folds: 8, repetitions }).calibration;
  const honest = of(planted((confidence) => confidence));
  assert.ok(honest.error <= honest.perfect.atMost, `${honest.error} of ${honest.perfect.atMost}`);
  const vain = of(planted((confidence) => confidence - 0.2));
  assert.ok(vain.error > vain.perfect.atMost, `${vain.error} of ${vain.perfect.atMost}`);
  assert.equal(vain.bins.length, 5);
});

test('the threshold for a stated risk keeps as many questions as it can, and none where no part is that sure', () => {
  const { riskCoverage } = routerFigures({ routes: ['a', 'b'], folds: 8, repetitions: planted((sure) => sure) });
  const point = probabilityAtRisk(riskCoverage, 0.1);
  assert.ok(point !== null && point.risk <= 0.1 && point.coverage > 0.2 && point.coverage < 0.9, JSON.stringify(point));
  assert.ok(point.riskAtMost > point.risk);
  assert.equal(probabilityAtRisk(riskCoverage, -1), null);
});

test('what the repository says is where results lie and which names exist, as numbers for any question and as a line', () => {
  const nothing = repositoryFeatures('Why?', { all: [], code: [], docs: [] });
  const some = repositoryFeatures('Why does kettle.boil() throw?', found('docs/guide.md'));
  assert.equal(nothing.length, some.length);
  assert.ok([...nothing, ...some].every(Number.isFinite));
  assert.equal(formFeatures('Why?').length, formSize);
  const note = repositoryNote('Why does kettle.boil() throw?', found('docs/guide.md'));
  assert.equal(note, 'A search for the question finds docs 100 %; it defines boil.');
  assert.match(repositoryNote('Why?', found('lib/a.js')), /code 100 %; none of its names is among them/);
  assert.equal(repositoryNote('Why?', { all: [], code: [], docs: [] }), 'A search for the question finds nothing.');
});
