/** Counts how often the intervals that a report prints hold the truth, on samples whose truth is known. */
import { agreementOf } from '../../harness/agreement.ts';
import { differenceInterval, ratioEstimate, shareInterval } from '../../harness/comparison/estimates.ts';
import type { Interval } from '../../harness/statistics/proportions.ts';
import { normalDraw, type Random } from '../../lib/random.ts';

/** One sample's interval; null where the report prints "too few". */
export type Trial = { name: string; truth: number; sample: (questions: number, random: Random) => Interval | null };
export type Coverage = { printed: number; covered: number };

const share = (trials: number, chance: number, random: Random) => {
  let right = 0;
  for (let trial = 0; trial < trials; trial += 1) right += Number(random() < chance);
  return right / trials;
};
/** Easy and hard questions, 60 % right on the whole. */
const difficulty = (random: Random) => (random() < 4 / 7 ? 0.9 : 0.2);
const many = <T>(questions: number, one: () => T): T[] => Array.from({ length: questions }, one);

const shares = [0.6, 0.9].map((truth) => ({
  name: `share of ${truth}, 1 trial (Wilson)`,
  truth,
  sample: (questions: number, random: Random) => shareInterval(many(questions, () => share(1, truth, random))),
}));

const differences = [1, 2, 3].map((trials) => ({
  name: `difference of 5 points, ${trials} trials (${trials === 1 ? 'Tango' : 'BCa'})`,
  truth: 0.05,
  sample: (questions: number, random: Random) =>
    differenceInterval(
      many(questions, () => {
        const chance = difficulty(random);
        return share(trials, chance + 0.05, random) - share(trials, chance, random);
      }),
    ),
}));

const ratios = [0.6, 1].map((spread) => ({
  name: `ratio of 1.3, sizes log-normal ${spread} (score)`,
  truth: 1.3,
  sample: (questions: number, random: Random) => {
    const sizes = many(questions, () => Math.exp(spread * normalDraw(random)));
    const vary = (scale: number) => sizes.map((size) => scale * size * Math.exp(0.3 * normalDraw(random)));
    return ratioEstimate(vary(1.3), vary(1));
  },
}));

const kappas = [0.7, 0.85].map((agreeing) => ({
  name: `kappa where ${100 * agreeing} % agree, 4 labels`,
  truth: (agreeing - 0.25) / 0.75,
  sample: (questions: number, random: Random) =>
    agreementOf(
      many(questions, () => {
        const expected = Math.floor(random() * 4);
        const other = (expected + 1 + Math.floor(random() * 3)) % 4;
        return { expected: `${expected}`, actual: `${random() < agreeing ? expected : other}` };
      }),
    ).kappaInterval,
}));

const nested = {
  name: 'share of 0.6, 3 trials (BCa)',
  truth: 0.6,
  sample: (questions: number, random: Random) =>
    shareInterval(many(questions, () => share(3, difficulty(random), random))),
};

export const trials: Trial[] = [...shares, nested, ...differences, ...ratios, ...kappas];

export function coverageOf({ truth, sample }: Trial, questions: number, samples: number, random: Random): Coverage {
  const coverage = { printed: 0, covered: 0 };
  for (let at = 0; at < samples; at += 1) {
    const interval = sample(questions, random);
    if (interval === null) continue;
    coverage.printed += 1;
    coverage.covered += Number(interval.low <= truth + 1e-12 && truth - 1e-12 <= interval.high);
  }
  return coverage;
}
