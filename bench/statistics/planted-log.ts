/** Logs of two variants whose true difference is known: questions of uneven difficulty, trials, costs and latencies that vary. */
import type { GradedTrial } from '../../harness/graded-trial.ts';
import { normalDraw, type Random, seededRandom } from '../../lib/random.ts';

export type Planted = {
  /** Questions by route. */
  routes: Record<string, number>;
  trials: number;
  /** Mean share right, and share of its variance that lies between questions rather than between trials. */
  accuracy: number;
  betweenQuestions: number;
  /** Points that the candidate gains, by route. */
  gains: Record<string, number>;
  /** Share of right answers that are wasteful, in each variant. */
  waste: [baseline: number, candidate: number];
  /** Candidate over baseline. */
  costRatio: number;
  latencyRatio: number;
};

export const sameVariants: Planted = {
  routes: { code: 300, docs: 300, debug: 300, general: 300 },
  trials: 3,
  accuracy: 0.6,
  betweenQuestions: 0.5,
  gains: {},
  waste: [0.2, 0.2],
  costRatio: 1,
  latencyRatio: 1,
};

/** The baseline's and the candidate's log. */
export function plantedLogs(planted: Planted, seed: number): [GradedTrial[], GradedTrial[]] {
  const random = seededRandom(seed);
  const logs: [GradedTrial[], GradedTrial[]] = [[], []];
  for (const [route, questions] of Object.entries(planted.routes))
    for (let at = 0; at < questions; at += 1) {
      const gain = planted.gains[route] ?? 0;
      const easy = difficulty(planted, random);
      const size = Math.exp(0.6 * normalDraw(random));
      logs.forEach((log, variant) => {
        const chance = variant === 0 ? easy : easy + gain;
        for (let trial = 0; trial < planted.trials; trial += 1)
          log.push(plantedTrial(planted, { question: `${route}-${at}`, route, variant, trial, chance, size }, random));
      });
    }
  return logs;
}

type Place = { question: string; route: string; variant: number; trial: number; chance: number; size: number };

function plantedTrial(
  planted: Planted,
  { question, route, variant, trial, chance, size }: Place,
  random: Random,
): GradedTrial {
  const right = random() < chance;
  const wasteful = right && random() < (planted.waste[variant] ?? 0);
  const vary = (scale: number) => scale * size * Math.exp(0.3 * normalDraw(random));
  const total = vary(variant === 0 ? 8000 : 8000 * planted.latencyRatio);
  return {
    dataset: 'planted',
    question,
    variant: variant === 0 ? 'single-agent' : 'orchestrated',
    trial,
    expectedRoute: route,
    route,
    correct: right ? 1 : 0,
    wasteful,
    label: right ? (wasteful ? 'correct_but_wasteful' : 'correct') : 'incomplete',
    costUsd: vary(variant === 0 ? 0.01 : 0.01 * planted.costRatio),
    latencyMs: { total, queue: 0, model: total, tool: 0, backoff: 0, orchestration: 0 },
    retries: 0,
    abstained: false,
    error: false,
    calls: [],
    kindUnknown: 0,
    models: ['planted'],
    fingerprint: null,
  };
}

/** Room above the easy questions, which a planted gain may not exceed. */
const room = 0.1;

/** A question is easy or hard, so that the mean and the share of variance between questions are those planted. */
function difficulty({ accuracy, betweenQuestions }: Planted, random: Random): number {
  const easy = 1 - room;
  const hard = accuracy - (accuracy * (1 - accuracy) * betweenQuestions) / (easy - accuracy);
  return random() < (accuracy - hard) / (easy - hard) ? easy : hard;
}
