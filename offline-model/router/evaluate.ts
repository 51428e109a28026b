/**
 * The command that measures the route model: `node offline-model/router/evaluate.ts [--json] [--file labelled.jsonl]`.
 *
 * It always runs the grouped cross-validation, which the settings were chosen on. `heldout.jsonl` and
 * `heldout-second.jsonl` beside this file are for `--file`, never for tuning: the first was written once the first
 * features and training text were settled, the second before those that it is to measure.
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type ClassifierScores, scoreClassifier } from './classifier-scores.ts';
import { bestTemperature, crossValidate, scoreAtTemperature } from './cross-validation.ts';
import { temperature, trainedProbabilities } from './route-model.ts';
import { readTrainingText, trainedRoutes } from './training-text.ts';

/** A line of a labelled file: the names that Switchyard's own data sets use. */
const LabelledQuestion = z
  .object({
    text: z.string().optional(),
    question: z.string().optional(),
    route: z.enum(trainedRoutes).optional(),
    label: z.enum(trainedRoutes).optional(),
    expected_route: z.enum(trainedRoutes).optional(),
  })
  .transform((line, context) => {
    const text = line.text ?? line.question;
    const truth = line.expected_route ?? line.label ?? line.route;
    if (text !== undefined && truth !== undefined) return { text, truth };
    context.addIssue('A line needs `text` or `question`, and `expected_route`, `label` or `route`.');
    return z.NEVER;
  });

function scoreFile(path: string): ClassifierScores {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return scoreClassifier(
    lines.map((line) => {
      const { text, truth } = LabelledQuestion.parse(JSON.parse(line));
      const probabilities = trainedProbabilities(text);
      return { truth, probabilities: trainedRoutes.map((route) => probabilities[route]) };
    }),
  );
}

function scoreTable(title: string, scores: ClassifierScores): string {
  const [accuracy, logLoss, ece] = [scores.accuracy, scores.logLoss, scores.calibrationError].map((n) => n.toFixed(3));
  const rows = trainedRoutes.map((route) => {
    const { precision = 0, recall = 0 } = scores.routes[route] ?? {};
    const counts = trainedRoutes.map((predicted) => String(scores.confusion[route]?.[predicted] ?? 0).padStart(8));
    return `  ${route.padEnd(9)}${precision.toFixed(3).padStart(9)}${recall.toFixed(3).padStart(8)}${counts.join('')}`;
  });
  return [
    `${title}: ${scores.questions} questions`,
    `  accuracy ${accuracy}, log loss ${logLoss}, calibration error ${ece}`,
    `  truth    precision  recall${trainedRoutes.map((route) => route.padStart(8)).join('')} (predicted)`,
    ...rows,
    '',
  ].join('\n');
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, file: { type: 'string' } } });
const heldOut = crossValidate(readTrainingText());
const grouped = scoreAtTemperature(heldOut, temperature);
const leastLossTemperature = bestTemperature(heldOut);
const file = values.file === undefined ? undefined : scoreFile(values.file);

if (values.json === true) {
  process.stdout.write(
    `${JSON.stringify({ temperature, leastLossTemperature, grouped, ...(file && { file }) }, null, 2)}\n`,
  );
} else {
  process.stdout.write(scoreTable('Grouped cross-validation, no topic and no template on both sides', grouped));
  process.stdout.write(`  temperature ${temperature}; least log loss at ${leastLossTemperature}\n`);
  if (values.file !== undefined && file !== undefined) process.stdout.write(scoreTable(values.file, file));
}
