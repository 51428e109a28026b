/** What the commands about benchmarks, and the exercise, print with `--json`. */
import { z } from 'zod';
import { BenchmarkEnding, BenchmarkProgress, BenchmarkTally, VariantTally } from '../../contracts/benchmark.ts';
import { agreementFields } from './figures.ts';
import { compared } from './trace-outputs.ts';

const byVariant = z.record(z.string(), VariantTally);
const progress = BenchmarkProgress.extend({
  tally: BenchmarkTally.omit({ arms: true }).extend({ variants: byVariant }),
});
const ending = BenchmarkEnding.shape.kind;

const about = { id: z.string(), folder: z.string(), offline: z.boolean() };
const files = { report: z.string(), memo: z.string() };
const followed = z.union([
  z.object({ ...about, ending: z.null(), interrupted: z.literal(true) }),
  z.object({
    ...about,
    ending,
    ...progress.shape,
    report: files.report.exactOptional(),
    memo: files.memo.exactOptional(),
  }),
]);

const listed = z.object({
  ...{ id: z.string(), startedAt: z.string(), dataset: z.string(), questions: z.int(), trials: z.int() },
  ...{ offline: z.boolean(), runs: z.int(), done: z.int(), failed: z.int(), variants: byVariant },
  models: z.array(z.string()),
  costUsd: z.number().nullable().describe('With replies that were used again, by what they cost before.'),
  ...{ paidUsd: z.number().nullable(), folder: z.string() },
});

const published = z.object({ question_id: z.string(), variant: z.string(), trial: z.int(), trace: z.string() });

const asked = z.object({
  ...{ id: z.string(), question: z.string(), expectedRoute: z.string() },
  answers: z
    .array(
      z.object({
        ...{ variant: z.string(), right: z.boolean().nullable(), label: z.string(), route: z.string().nullable() },
        ...{ workflowId: z.string().nullable(), history: z.string().nullable() },
      }),
    )
    .describe("The baseline's, then the candidate's."),
  compared: z.array(compared),
});

const exercise = z.object({
  placeholders: z.array(
    z.object({
      ...{ id: z.string(), expectedRoute: z.string(), route: z.string().nullable(), selected: z.array(z.string()) },
      ...{ probabilities: z.record(z.string(), z.number()), workflowId: z.string() },
    }),
  ),
  wantedAgreement: z.number(),
  routers: z.array(
    z.object({
      ...{ router: z.string(), outOfFold: z.string(), reached: z.boolean(), failed: z.int(), verdict: z.string() },
      ...agreementFields,
    }),
  ),
  questions: z.array(asked),
  ...{ report: z.string(), memoFile: z.string(), memo: z.string() },
});

export const benchmarkOutputs = {
  'bench run': followed,
  'bench rerun': followed,
  'bench resume': followed,
  'bench status': z.object({
    ...{ id: z.string(), folder: z.string(), status: z.string() },
    progress: progress.nullable(),
    webUrl: z.string().nullable(),
  }),
  'bench pause': z.object({ id: z.string(), requested: z.literal(true) }),
  'bench cancel': z.object({ id: z.string(), ending, ...progress.shape }),
  'bench delete': z.object({ id: z.string(), deleted: z.literal(true), bytes: z.number(), runs: z.int() }),
  'bench publish': z.object({
    ...{ id: z.string(), baseUrl: z.string(), runs: z.int() },
    ...{ sent: z.int(), held: z.int().describe('Traces that were there already.') },
    ...{ whole: z.boolean(), failed: z.array(published) },
  }),
  'bench report': z.object({ id: z.string(), ...files }),
  'bench list': listed,
  'bench schedule': z.object({ id: z.string(), at: z.string(), timezone: z.string() }),
  'bench schedule list': z.object({ id: z.string(), next: z.string().nullable(), recent: z.array(z.string()) }),
  'bench schedule delete': z.object({ id: z.string(), deleted: z.literal(true) }),
  exercise,
} as const;
