/** The offline model's router: trained on four routes, and able to read the descriptions of any others. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { classifyQuestion, type RouteProbability } from '../../offline-model/router/classify-question.ts';
import {
  bestTemperature,
  crossValidate,
  groupedFolds,
  scoreAtTemperature,
} from '../../offline-model/router/cross-validation.ts';
import type { DescribedRoute } from '../../offline-model/router/route-meaning.ts';
import { featureQuestions, routeLogits, temperature, trainRouteModel } from '../../offline-model/router/route-model.ts';
import { fitSoftmax } from '../../offline-model/router/softmax-regression.ts';
import { readTrainingText, trainedRoutes } from '../../offline-model/router/training-text.ts';

const defaultRoutes = [
  { name: 'code', description: 'specific code, functions, classes, implementation details' },
  { name: 'docs', description: 'documentation, architecture, high-level design' },
  { name: 'debug', description: 'errors, failures, test output, debugging' },
  { name: 'general', description: 'everything that does not clearly fit' },
];

const security = { name: 'security', description: 'authentication, permissions, secrets and vulnerabilities' };

const layerRoutes = [
  { name: 'api', description: 'HTTP endpoints, requests and responses, public client interfaces' },
  { name: 'storage', description: 'databases, queries, migrations, caches and files on disk' },
  security,
  { name: 'build', description: 'compiling, packaging, CI pipelines and releases' },
  { name: 'other', description: 'everything else' },
];

const sideRoutes = [
  { name: 'frontend', description: 'React components, styling, accessibility and browser behaviour' },
  { name: 'backend', description: 'server code, database access, queues and jobs' },
];

const routerFolder = new URL('../../offline-model/router/', import.meta.url);
const HeldOutQuestion = z.strictObject({ text: z.string(), route: z.enum(trainedRoutes) });
const DatasetQuestion = z.object({ question: z.string() });

function readLines(file: URL): unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => JSON.parse(line));
}

/** Every five words in a row, in lower case and without punctuation. */
function wordFives(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_']+/gu) ?? [];
  return words.slice(4).map((_, at) => words.slice(at, at + 5).join(' '));
}

const first = (text: string, routes: readonly DescribedRoute[]) => classifyQuestion(text, routes)[0]?.name;
const probability = (found: readonly RouteProbability[], name: string) =>
  found.find((route) => route.name === name)?.probability ?? Number.NaN;

function assertRoutes(routes: readonly DescribedRoute[], expected: Readonly<Record<string, string>>): void {
  const questions = Object.keys(expected);
  assert.ok(questions.length > 0);
  assert.deepEqual(Object.fromEntries(questions.map((question) => [question, first(question, routes)])), expected);
}

test('the trained routes take the questions that they were made for', () => {
  assertRoutes(defaultRoutes, {
    'Where is the retry interval computed?': 'code',
    'How do I install it on Windows?': 'docs',
    'TypeError: Cannot read properties of undefined\n    at run (/app/main.js:3:9)': 'debug',
    'Who maintains this project?': 'general',
    hello: 'general',
  });
});

test('the trained routes give one distribution, the likeliest first', () => {
  for (const routes of [defaultRoutes, layerRoutes, sideRoutes, [...defaultRoutes, security]]) {
    const found = classifyQuestion('Why does the login form reject my password?', routes);
    assert.equal(found.length, routes.length);
    assert.ok(Math.abs(found.reduce((sum, route) => sum + route.probability, 0) - 1) < 1e-9);
    assert.deepEqual(
      found,
      found.toSorted((a, b) => b.probability - a.probability),
    );
  }
});

test('the trained routes learn the same from the same text', () => {
  const questions = featureQuestions(readTrainingText().filter((_, at) => at % 3 === 0));
  const probe = questions[0]?.features;
  assert.ok(probe);
  assert.deepEqual(routeLogits(trainRouteModel(questions), probe), routeLogits(trainRouteModel(questions), probe));
  const once = classifyQuestion('Where is the cache filled?', layerRoutes);
  assert.deepEqual(classifyQuestion('Where is the cache filled?', layerRoutes), once);
});

const questions = readTrainingText();

/** Fewer than in `evaluate.ts`, to be quick: 16 folds, each trained on less, which reach 0.859. */
const blockCount = 4;

test('the grouped cross-validation tests each question once and never on a model that saw its topic or its template', () => {
  const folds = groupedFolds(questions, blockCount);
  const tested = folds.flatMap((fold) => fold.test).toSorted((a, b) => a - b);
  assert.deepEqual(tested, [...questions.keys()]);
  for (const fold of folds) {
    assert.ok(fold.train.length > questions.length / 2);
    const seen = new Set(
      fold.train.flatMap((at) => [`topic ${questions[at]?.topic}`, `template ${questions[at]?.template}`]),
    );
    for (const at of fold.test) {
      assert.ok(!seen.has(`topic ${questions[at]?.topic}`) && !seen.has(`template ${questions[at]?.template}`));
    }
  }
});

test('the grouped cross-validation reaches its floor, calibrated at the stated temperature', {
  timeout: 120_000,
}, () => {
  const heldOut = crossValidate(questions, blockCount);
  const scores = scoreAtTemperature(heldOut, temperature);
  assert.equal(scores.questions, questions.length);
  assert.ok(scores.accuracy >= 0.85, `accuracy ${scores.accuracy}`);
  assert.ok(scores.calibrationError <= 0.05, `calibration error ${scores.calibrationError}`);
  assert.ok(trainedRoutes.length > 1);
  for (const route of trainedRoutes) assert.ok((scores.routes[route]?.recall ?? 0) >= 0.8, `recall of ${route}`);
  assert.ok(Math.abs(bestTemperature(heldOut) - temperature) < 0.15, `best at ${bestTemperature(heldOut)}`);
});

test('the training text has many topics and phrasings, no question twice', () => {
  assert.ok(new Set(questions.map((question) => question.topic)).size >= 80);
  assert.ok(new Set(questions.map((question) => question.template)).size >= 180);
  assert.equal(new Set(questions.map((question) => question.text.toLowerCase())).size, questions.length);
  const routesOf = Map.groupBy(questions, (question) => question.template);
  for (const [template, members] of routesOf) {
    assert.equal(new Set(members.map((member) => member.route)).size, 1, `template ${template} stands in two routes`);
  }
});

test('the training text shares no five words in a row with the questions of the data sets', () => {
  const datasets = new URL('../../datasets/', import.meta.url);
  const asked = readdirSync(datasets)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readLines(new URL(name, datasets)))
    .map((line) => DatasetQuestion.parse(line).question);
  assert.ok(asked.length >= 60);
  const taken = new Set(asked.flatMap(wordFives));
  assert.ok(taken.size > 500);
  assert.deepEqual(
    questions.filter(({ text }) => wordFives(text).some((five) => taken.has(five))),
    [],
  );
});

for (const { name, floor } of [
  { name: 'heldout.jsonl', floor: 83 },
  { name: 'heldout-second.jsonl', floor: 90 },
]) {
  test(`the questions of ${name}, written for measuring and never tuned to, are routed well`, () => {
    const heldOut = readLines(new URL(name, routerFolder)).map((line) => HeldOutQuestion.parse(line));
    const trained = new Set(questions.map((question) => question.text.toLowerCase()));
    assert.equal(heldOut.length, 100);
    assert.deepEqual(
      heldOut.filter((question) => trained.has(question.text.toLowerCase())),
      [],
    );
    const right = heldOut.filter((question) => first(question.text, defaultRoutes) === question.route).length;
    assert.ok(right >= floor, `${right} of 100`);
  });
}

test('the fit settles at the least penalised loss, however alike and however long its rows are', () => {
  const rows = [3, 5, 4, 6].map((value, at) => ({
    indices: Int32Array.from([0, 1, 2 + (at % 2)]),
    values: Float64Array.from([1, value, 2]),
  }));
  const sizes = { featureCount: 4, classCount: 2, penalty: 1e-2 };
  const settled = fitSoftmax(rows, [0, 1, 0, 1], { ...sizes, iterations: 4_000 });
  const longer = fitSoftmax(rows, [0, 1, 0, 1], { ...sizes, iterations: 8_000 });
  assert.ok(settled.weights.some((weight) => Math.abs(weight) > 0.1));
  settled.weights.forEach((weight, at) => {
    assert.ok(Math.abs(weight - (longer.weights[at] ?? Number.NaN)) < 1e-6, `weight ${at}`);
  });
});

test('routes that the model was not trained on are found by their descriptions', () => {
  assertRoutes(layerRoutes, {
    'Which endpoint returns the list of orders?': 'api',
    'What does a POST to /users respond with?': 'api',
    'How does the LRU cache evict entries?': 'storage',
    'Which migration adds the column for nicknames?': 'storage',
    'Where is the JWT verified?': 'security',
    'How are passwords hashed?': 'security',
    'Why does the webpack bundle contain moment twice?': 'build',
    'Which CI job publishes the package?': 'build',
    'What is the weather today?': 'other',
  });
  assertRoutes(sideRoutes, {
    'The button overlaps the footer on small screens': 'frontend',
    'How does the Dialog component trap focus?': 'frontend',
    'Which worker consumes the email queue?': 'backend',
    'SELECT in orders.sql is slow': 'backend',
  });
});

test('routes that the model was not trained on stand beside the trained ones', () => {
  assertRoutes([...defaultRoutes, security], {
    'Where is the JWT verified?': 'security',
    'Where is parseConfig implemented?': 'code',
    'How do I install it?': 'docs',
  });
});

test('routes that the model was not trained on take over a trained route that they describe in other words', () => {
  const renamed = [
    { name: 'troubleshooting', description: 'errors, crashes and failing tests' },
    { name: 'implementation', description: 'functions, classes and how the source works' },
    { name: 'rest', description: 'anything else' },
  ];
  assertRoutes(renamed, {
    'Segmentation fault after the upgrade': 'troubleshooting',
    'Which method decides that a node is stale?': 'implementation',
    'Thank you!': 'rest',
  });
});

test('a known name that is redefined means what its description says', () => {
  const shop = [
    { name: 'code', description: 'discount codes, vouchers and promotions' },
    { name: 'general', description: '' },
  ];
  assertRoutes(shop, { 'Where is the voucher applied?': 'code', 'Where is parseConfig implemented?': 'general' });
});

test('what a description excludes does not count for it', () => {
  const billing = [
    { name: 'shop', description: 'products and baskets, but not invoices' },
    { name: 'money', description: 'invoices and refunds' },
  ];
  assertRoutes(billing, { 'Where is the invoice number made?': 'money' });
});

test('nothing that fits gives a flat answer', () => {
  const found = classifyQuestion('What is the meaning of life?', sideRoutes);
  assert.ok(Math.abs(probability(found, 'frontend') - 0.5) < 0.05);
  const docs = { name: 'docs', description: 'documentation and guides' };
  const crash = classifyQuestion('thread main panicked at src/lib.rs:3:5', [docs, security]);
  assert.ok(Math.abs(probability(crash, 'docs') - 0.5) < 0.1);
});

test('odd input gives a distribution for next to nothing', () => {
  for (const text of ['', ' ', '?', '\n', '🙂', '请问', '\u0000']) {
    const found = classifyQuestion(text, defaultRoutes);
    assert.ok(Math.abs(found.reduce((sum, route) => sum + route.probability, 0) - 1) < 1e-9);
    assert.equal(found[0]?.name, 'general');
  }
  assert.deepEqual(classifyQuestion('Where is it?', []), []);
  assert.deepEqual(classifyQuestion('Where is it?', [security]), [{ name: 'security', probability: 1 }]);
});

test('odd input is read in bounded time, however long', () => {
  classifyQuestion('warm up', layerRoutes);
  const started = process.cpuUsage();
  for (const unit of [
    'a',
    '"',
    ' ',
    'how is ',
    'at foo (',
    '\n ',
    'A',
    'x_',
    '`',
    '--a ',
    'which a ',
    'a'.concat('('.repeat(5_990), 'b'),
  ]) {
    const found = classifyQuestion(unit.repeat(Math.ceil(100_000 / unit.length)), layerRoutes);
    assert.equal(found.length, layerRoutes.length);
  }
  assert.ok(process.cpuUsage(started).user < 2_000_000);
});
