/** What the commands that grade, label and judge run logs print with `--json`: a line for each record, then a summary. */
import { z } from 'zod';
import { OwnScore } from '../../contracts/run-log.ts';
import type { GradedRecord } from '../../harness/graded-record.ts';
import type { Grades } from '../../harness/graders/graders.ts';
import type { VariantSummary } from '../../harness/grading-summary.ts';
import type { PanelAgreement } from '../../harness/judge-panel.ts';
import type { JudgeCalibration } from '../../harness/judges/calibration.ts';
import { labels } from '../../harness/labels.ts';
import type { Judged, JudgeRate } from '../evaluate/judge-log.ts';
import { agreement, counts, interval } from './figures.ts';
import { schemaOf } from './schema-of.ts';

const label = z.enum(labels);
const finding = z.enum(['needed', 'redundant', 'wrong-kind', 'unused']);

const answer = schemaOf<Grades['answer']>()(
  z.object({
    facts: z.object({
      asked: z.int(),
      mentioned: z.int().nullable(),
      missing: z.array(z.string()).nullable(),
    }),
    forbidden: z.array(z.string()).nullable(),
    citations: z
      .object({
        ...{ given: z.int(), inExpected: z.int(), precision: z.number().nullable(), recall: z.number().nullable() },
        rightFile: z.boolean().nullable(),
        rightLines: z.boolean().nullable(),
        linesInside: z.number().nullable(),
      })
      .nullable(),
    similarity: z.number().nullable().describe('F1 of words with the reference answer.'),
  }),
);

const tools = schemaOf<Grades['tools']>()(
  z
    .object({
      calls: z.array(z.object({ tool: z.string(), finding })),
      counts: z.object({
        ...{ needed: z.int(), redundant: z.int() },
        'wrong-kind': z.int(),
        unused: z.int(),
      }),
      ...{ useUnknown: z.int(), kindUnknown: z.int() },
      missing: z.array(z.string()).describe('Routes that the question needs and that no call served.'),
      expectedShown: z.boolean().nullable(),
    })
    .nullable()
    .describe('Null where the log does not say which tools were called.'),
);

const waste = schemaOf<Grades['waste']>()(
  z.object({
    wastedCalls: z.int().nullable(),
    share: z.number().nullable(),
    shareAtMost: z.number().nullable(),
    failedAttemptTokens: z.int().nullable(),
    retriesWithoutChange: z.int().nullable(),
    duplicateReads: z.int().nullable(),
    unusedOutputs: z.array(z.string()).nullable(),
    needlessRoutes: z.array(z.string()).nullable(),
  }),
);

const trial = { question_id: z.string(), variant: z.string(), trial: z.int() };
const labelled = { label, secondary_labels: z.array(label), waste };

const graded = schemaOf<GradedRecord>()(
  z.object({
    ...{ ...trial, ...labelled },
    dataset: z.string().nullable(),
    expected_route: z.string(),
    route: z.string().nullable(),
    correct: z.boolean().nullable(),
    wasteful: z.boolean().nullable(),
    abstained: z.boolean().nullable(),
    error: z.boolean(),
    offline: z.boolean().nullable(),
    scores: z.array(OwnScore).exactOptional(),
    ...{ answer, tools },
  }),
);

const known = z.object({ yes: z.int(), known: z.int() }).describe('It is so in `yes` of the `known` records.');
const mean = { mean: z.number().nullable(), known: z.int() };

const summary = z.object({
  summary: z.literal(true),
  variants: schemaOf<VariantSummary[]>()(
    z.array(
      z.object({
        ...{ variant: z.string(), records: z.int(), graded: z.int(), correct: z.int(), errors: z.int() },
        labels: z.partialRecord(label, z.int()),
        anyLabel: z.partialRecord(label, z.int()),
        ...{ wrongKindCalls: z.int(), redundantCalls: z.int(), calls: z.int(), withoutCalls: z.int() },
        ...{ kindUnknownCalls: z.int(), useUnknownCalls: z.int() },
        ...{ rightFile: known, rightLines: known, correctOnRightLines: known },
        linesInside: z.object(mean),
        unsaid: counts.describe('By field of the log: the records in which it says nothing.'),
        offline: z.int(),
        scores: z.array(z.object({ grader: z.string(), ...mean })),
      }),
    ),
  ),
});

const vote = z.object({ judge: z.string(), correct: z.boolean().nullable(), said: z.string() });
const judged = schemaOf<Judged>()(
  z.object({
    ...trial,
    graded: z.boolean().nullable().describe('Of the answer grader.'),
    judged: z.boolean().nullable().describe('What most judges say.'),
    votes: z.array(vote),
  }),
);

const panel = schemaOf<PanelAgreement>()(
  z.object({
    ...{ answers: z.int(), unanimous: z.int(), shared: z.int() },
    alpha: z.number().nullable().describe("Krippendorff's."),
    failures: counts.describe('By judge.'),
  }),
);

const rate = schemaOf<JudgeRate>()(
  z.object({
    ...{ variant: z.string(), judge: z.string(), right: z.int(), judged: z.int(), calibrated: z.boolean() },
    corrected: z.object({ rate: z.number(), interval }).nullable(),
  }),
);

const shareOf = { yes: z.int(), n: z.int(), share: z.number().nullable(), interval: interval.nullable() };
const calibration = schemaOf<JudgeCalibration>()(
  z.object({
    ...{ judge: z.string(), model: z.string().nullable(), labels: z.int(), judged: z.int() },
    agreement,
    ...{ truePositive: z.object(shareOf), falsePositive: z.object(shareOf) },
    order: z.object({ ...shareOf, toRight: z.int() }),
    retest: z.object(shareOf),
    remarks: z.array(z.string()),
  }),
);

export const gradeOutputs = {
  grade: z.union([graded, summary]),
  label: z.union([z.object({ ...trial, ...labelled }), summary]),
  judge: z.union([judged, z.object({ summary: z.literal(true), panel, withGrader: agreement, rates: z.array(rate) })]),
  'judge calibrate': calibration,
} as const;
