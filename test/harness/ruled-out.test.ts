/** How often a gain, or a loss, of exactly the size in question is ruled out: at most 6 %, where 5 % is meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../contracts/comparison-plan.ts';
import { cellsOf } from '../../harness/comparison/cells.ts';
import type { PairedQuestion } from '../../harness/comparison/paired-questions.ts';
import { judgeCells } from '../../harness/comparison/standings.ts';
import { type Random, seededRandom } from '../../harness/statistics/random.ts';

const margin = 0.1;
const plan = ComparisonPlan.parse({ minQuestions: 10, worthwhile: { accuracy: margin } });

/** Right answers of both arms to one question, as shares of its trials; on average the candidate gains the margin. */
type Draw = (trials: number, random: Random) => [baseline: number, candidate: number];
const share = (trials: number, chance: number, random: Random) => {
  let right = 0;
  for (let trial = 0; trial < trials; trial += 1) right += Number(random() < chance);
  return right / trials;
};
const scenarios: Record<string, Draw> = {
  'one question in ten is gained whole': (_, random) => [0, Number(random() < margin)],
  'some are gained, some lost': (_, random) => {
    const lot = random();
    return lot < 0.15 ? [0, 1] : lot < 0.2 ? [1, 0] : [1, 1];
  },
  'all questions are a coin’s toss': (trials, random) => [share(trials, 0.45, random), share(trials, 0.55, random)],
  'questions are easy or hard': (trials, random) => {
    const chance = random() < 4 / 7 ? 0.85 : 0.2;
    return [share(trials, chance, random), share(trials, chance + margin, random)];
  },
  'one question in five is gained by half': (trials, random) =>
    random() < 0.2 ? [share(trials, 0.4, random), share(trials, 0.9, random)] : [1, 1],
};

function judgedOnce(draw: Draw, questions: number, trials: number, random: Random) {
  const pairs: PairedQuestion[] = Array.from({ length: questions }, (_, at) => {
    const [baseline, candidate] = draw(trials, random);
    const unknown = { waste: 0, costUsd: null, workMs: null };
    return {
      question: `q${at}`,
      route: null,
      baseline: { accuracy: baseline, ...unknown },
      candidate: { accuracy: candidate, ...unknown },
    };
  });
  return judgeCells(cellsOf(pairs, plan), plan);
}

for (const trials of [1, 3])
  for (const questions of [10, 20, 60, 300])
    test(`a worthwhile gain is ruled out at most 6 times in 100: ${questions} questions, ${trials} trials`, () => {
      const samples = questions === 300 ? 1000 : 4000;
      for (const [name, draw] of Object.entries(scenarios)) {
        const random = seededRandom(questions + trials);
        let ruledOut = 0;
        for (let sample = 0; sample < samples; sample += 1)
          ruledOut += Number(judgedOnce(draw, questions, trials, random)[0]?.gainRuledOut);
        assert.ok(ruledOut / samples <= 0.06, `${name}: ${((100 * ruledOut) / samples).toFixed(1)} %`);
      }
    });
