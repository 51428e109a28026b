/** What the commands that compare variants and routes print with `--json`. */
import { z } from 'zod';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { dimensions } from '../../harness/comparison/cells.ts';
import type { Comparison } from '../../harness/comparison/compare-variants.ts';
import type { Regret } from '../../harness/counterfactual.ts';
import type { GateResult } from '../../harness/gate-rule.ts';
import type { SplitSignals } from '../../harness/signals/split-signals.ts';
import type { TrendPoint } from '../../harness/trend.ts';
import type { LearningCurve } from '../../router-fit/learning-curve.ts';
import type { RouterFigures } from '../../router-fit/router-figures.ts';
import type { CallsSaved } from '../benchmark/counterfactual/calls-saved.ts';
import { agreement, confusion, counts, interval } from './figures.ts';
import { schemaOf, schemaOfOpen } from './schema-of.ts';

/** A ratio by nothing, or of nothing by nothing, is printed as null. */
const ratio = z.number().nullable();
const openInterval = z.object({ low: ratio, high: ratio }).nullable();

const share = z.object({ mean: ratio, n: z.int(), interval: openInterval });
const amount = z.object({
  ...{ n: z.int(), mean: z.number().nullable(), p50: z.number().nullable(), p95: z.number().nullable() },
  total: z.number(),
});
const latency = z.object({
  ...{
    total: amount,
    work: amount,
    model: amount,
    tool: amount,
    backoff: amount,
    queue: amount,
    orchestration: amount,
  },
});

const variant = z.object({
  ...{ variant: z.string(), questions: z.int(), records: z.int() },
  ...{ accuracy: share, accuracyByRoute: z.record(z.string(), share), waste: share, abstention: share },
  routing: agreement,
  ...{ costUsd: amount, latencyMs: latency, retries: amount, errors: z.int(), ungraded: z.int() },
  labels: counts,
});

const cellName = z.object({ row: z.string(), dimension: z.enum(dimensions) });
const need = z.object({
  ...{ row: z.string(), have: z.int(), need: ratio, detects: z.number().nullable(), worthwhile: z.number() },
});
const cells = z.array(cellName);
const verdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('justified'), better: cells }),
  z.object({
    kind: z.literal('not-justified'),
    because: z.enum(['worse', 'no worthwhile gain']),
    ...{ worse: cells, better: cells },
  }),
  z.object({
    kind: z.literal('undecided'),
    because: z.literal('too few questions'),
    ...{ better: cells, harmOpen: cells, needs: z.array(need) },
  }),
  z.object({ kind: z.literal('not-comparable'), reasons: z.array(z.string()) }),
]);

const cell = cellName.extend({
  ...{ n: z.int(), differing: z.int(), unknown: z.int(), baseline: ratio, candidate: ratio },
  effect: ratio.describe('Candidate minus baseline; of cost and latency candidate over baseline.'),
  interval: openInterval,
  test: z.enum(['mcnemar-exact', 'sign-flip-exact', 'sign-flip-monte-carlo']),
  ...{ p: ratio, pGain: ratio, pHarm: ratio },
  standing: z.enum(['better', 'worse', 'accuracy open', 'no worthwhile gain', 'too few', 'open']),
  ...{ accuracyOpen: z.boolean(), gainRuledOut: z.boolean(), harmOpen: z.boolean() },
});

const score = z.object({
  ...{ grader: z.string(), n: z.int(), unknown: z.int() },
  ...{ baseline: z.number().nullable(), candidate: z.number().nullable(), effect: z.number().nullable() },
  interval: openInterval,
});

const comparison = schemaOfOpen<Comparison & { offline: boolean; gates: GateResult[] }>()(
  z.object({
    ...{ baseline: variant, candidate: variant, plan: ComparisonPlan, questions: z.int() },
    trials: z.object({ baseline: z.number(), candidate: z.number() }),
    ...{ notes: z.array(z.string()), unmet: z.array(z.string()) },
    differences: z.array(z.object({ path: z.string(), baseline: z.unknown(), candidate: z.unknown() })),
    cells: z.array(cell),
    verdict,
    routes: z.record(z.string(), verdict),
    needs: z.array(need),
    scores: z.array(score),
    offline: z.boolean(),
    gates: z.array(z.object({ rule: z.string(), met: z.boolean(), reason: z.string() })),
  }),
);

const found = z.enum(['present', 'absent', 'too-few', 'unknown']);
const signals = schemaOf<SplitSignals>()(
  z.object({
    ...{ variant: z.string(), records: z.int() },
    qualityGap: z.object({
      found,
      routes: z.array(
        z.object({
          ...{ route: z.string(), n: z.int(), accuracy: z.number(), interval: interval.nullable() },
          failed: z.array(z.string()),
        }),
      ),
      ...{ gap: z.number().nullable(), p: z.number().nullable() },
    }),
    waste: z.object({
      ...{ found, share: z.number().nullable(), interval: interval.nullable(), unknown: z.int(), limit: z.number() },
      questions: z.array(z.string()),
    }),
    conflictingTools: z.object({
      ...{ found, share: z.number().nullable(), unknown: z.int(), limit: z.number() },
      conflicts: z.array(
        z.object({ route: z.string(), tool: z.string(), calls: z.int(), questions: z.array(z.string()) }),
      ),
    }),
    advice: z.enum(['do-not-split', 'a-split-may-help', 'too-few', 'unknown']),
    notes: z.array(z.string()),
  }),
);

const routeResult = z.object({
  ...{ route: z.string(), right: z.number().nullable(), tokens: z.number().nullable(), costUsd: z.number().nullable() },
});
const regret = schemaOf<Regret>()(
  z.object({
    ...{ question_id: z.string(), expected_route: z.string(), taken: routeResult, routes: z.array(routeResult) },
    best: z.string(),
    quality: z.number().nullable().describe('Best minus taken: above 0 another route would have been better.'),
    ...{ tokens: z.number().nullable(), costUsd: z.number().nullable() },
  }),
);
const saved = schemaOf<CallsSaved>()(
  z.object({
    ...{ variant: z.string(), runs: z.int(), known: z.int(), taken: z.int(), paid: z.int(), paidTokens: z.int() },
  }),
);

const estimate = z.object({ mean: z.number().nullable(), n: z.int(), interval: interval.nullable() });
const point = schemaOf<TrendPoint>()(
  z.object({
    ...{ benchmark: z.string(), startedAt: z.string(), variant: z.string(), dataset: z.string() },
    ...{ models: z.array(z.string()), judge: z.string().nullable(), specHash: z.string() },
    ...{ accuracy: estimate, waste: estimate, costUsd: estimate, latencyMs: estimate },
    breaks: z.array(z.string()).describe('Why it cannot be held against the point before.'),
    pipelineChanged: z.boolean(),
  }),
);

const bin = z.object({ questions: z.int(), confidence: z.number(), agreed: z.number() });
const routerFigures = {
  ...{ questions: z.int(), folds: z.int(), repetitions: z.int() },
  agreement: z.object({ mean: z.number(), interval, lowest: z.number(), highest: z.number() }),
  ...{ kappa: z.number().nullable(), macroF1: z.number(), confusion },
  ...{ brier: z.number(), brierOfConstant: z.number() },
  calibration: z.object({
    error: z.number(),
    perfect: z.object({ mean: z.number(), atMost: z.number() }),
    bins: z.array(bin),
  }),
  riskCoverage: z.array(
    z.object({ probability: z.number(), coverage: z.number(), risk: z.number(), riskAtMost: z.number() }),
  ),
};
const learningCurve = z
  .object({
    points: z.array(z.object({ labels: z.int(), agreement: z.number() })),
    twentyMore: z.array(z.object({ route: z.string(), gain: z.number(), error: z.number() })),
  })
  .nullable();
const evaluated = schemaOf<RouterFigures & { learningCurve: LearningCurve | null }>()(
  z.object({ ...routerFigures, learningCurve }),
);

export const comparisonOutputs = {
  compare: comparison,
  signals,
  counterfactual: z.union([regret, z.object({ summary: z.literal(true), calls: z.array(saved) })]),
  'bench history': point,
  'router evaluate': evaluated,
  'router fit': evaluated.extend({ router: z.string().describe('The file that was written.') }),
} as const;
