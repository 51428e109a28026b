/** Compares many pairs of planted logs and counts the verdicts, by what was planted. */
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { cellsOf, whole } from '../../harness/comparison/cells.ts';
import { pairQuestions } from '../../harness/comparison/paired-questions.ts';
import { judgeCells } from '../../harness/comparison/standings.ts';
import { decide, type Verdict } from '../../harness/comparison/verdict.ts';
import { type Planted, plantedLogs, sameVariants } from './planted-log.ts';

/** Lowest and highest share of the verdict that is allowed. */
export type Scenario = { name: string; planted: Planted; verdict: Verdict['kind']; from: number; to: number };

const everyRoute = (questions: number) => ({ code: questions, docs: questions, debug: questions, general: questions });
const few = { ...sameVariants, routes: everyRoute(15) };
const single = { ...sameVariants, trials: 1 };
const gain = { gains: { docs: 0.1 } };
const falseAlarm = { verdict: 'justified', from: 0.02, to: 0.06 } as const;
/** Too few questions on a route for a route to win: half of the level stays unspent. */
const rareAlarm = { verdict: 'justified', from: 0, to: 0.06 } as const;
const found = { verdict: 'justified', from: 0.85, to: 1 } as const;
const open = { verdict: 'undecided', from: 0.9, to: 1 } as const;
const never = { verdict: 'justified', from: 0, to: 0 } as const;

export const scenarios: Scenario[] = [
  { name: 'no effect, 4 x 300, 3 trials', planted: sameVariants, ...falseAlarm },
  { name: 'no effect, 4 x 300, 1 trial', planted: single, ...falseAlarm },
  { name: 'no effect, 4 x 60, 3 trials', planted: { ...sameVariants, routes: everyRoute(60) }, ...falseAlarm },
  { name: 'no effect, 4 x 15, 3 trials', planted: few, ...rareAlarm },
  { name: 'no effect, 4 x 15, 1 trial', planted: { ...few, trials: 1 }, ...rareAlarm },
  { name: '+10 on docs, 4 x 300, 3 trials', planted: { ...sameVariants, ...gain }, ...found },
  { name: '+10 on docs, 4 x 300, 1 trial', planted: { ...single, ...gain }, ...found },
  {
    name: '+10 on docs, 300 and 3 x 40, 3 trials',
    planted: { ...sameVariants, ...gain, routes: { ...everyRoute(40), docs: 300 } },
    ...found,
  },
  { name: '+10 on docs, 4 x 15, 3 trials', planted: { ...few, ...gain }, ...open },
  { name: '+10 on docs, 4 x 15, 1 trial', planted: { ...few, ...gain, trials: 1 }, ...open },
  { name: 'triple cost, 4 x 300, 1 trial', planted: { ...single, costRatio: 3 }, ...never },
  { name: 'triple cost, 4 x 15, 1 trial', planted: { ...few, trials: 1, costRatio: 3 }, ...never },
  { name: 'waste 20 to 40 %, 4 x 300, 1 trial', planted: { ...single, waste: [0.2, 0.4] }, ...never },
  {
    name: 'waste 20 to 40 %, 4 x 60, 1 trial',
    planted: { ...single, routes: everyRoute(60), waste: [0.2, 0.4] },
    ...never,
  },
];

/** How often each verdict came out. */
export type Tally = Record<Verdict['kind'], number>;

export function tallyVerdicts(planted: Planted, pairs: number, seed: number): Tally {
  const plan = ComparisonPlan.parse({});
  const tally: Tally = { justified: 0, 'not-justified': 0, undecided: 0, 'not-comparable': 0 };
  for (let at = 0; at < pairs; at += 1) {
    const [baseline, candidate] = plantedLogs(planted, seed + at);
    const { pairs: questions } = pairQuestions(baseline, candidate);
    tally[decide(judgeCells(cellsOf(questions, plan), plan), whole, plan).kind] += 1;
  }
  return tally;
}
