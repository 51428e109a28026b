/** What the commands about datasets print with `--json`. */
import { z } from 'zod';
import { Usage } from '../../contracts/chat.ts';
import type { DatasetFinding } from '../../harness/dataset-check.ts';
import type { MadeSummary } from '../dataset/made-questions.ts';
import { agreement, counts } from './figures.ts';
import { schemaOf } from './schema-of.ts';

const finding = schemaOf<DatasetFinding>()(
  z.object({ level: z.enum(['problem', 'note']), question: z.string().nullable(), what: z.string() }),
);

const made = schemaOf<MadeSummary>()(
  z.object({
    ...{ id: z.string(), file: z.string().nullable(), repository: z.string(), ref: z.string().nullable() },
    ...{ wanted: z.int(), questions: z.int(), phrased: z.int().describe('By a model.') },
    ...{ routes: counts, kinds: counts, sources: counts, splits: counts },
    first_in_search: z.int(),
    found: counts.describe('Candidates by source.'),
    ...{ dropped: counts, refused: counts, usage: Usage },
    cut: z.string().nullable().describe('Why a model did not phrase all of them.'),
  }),
);

export const datasetOutputs = {
  'dataset check': z.union([
    z.object({ file: z.string(), problems: z.array(z.string()).describe('Lines that cannot be read.') }),
    z.object({
      ...{ file: z.string(), questions: z.int(), routes: counts, kinds: counts },
      reviewed: z.object({ made: z.int().describe('By a program.'), reviewed: z.int() }),
      agreement: agreement.nullable().describe('Of the second labels of the route, where all have one.'),
      findings: z.array(finding),
    }),
  ]),
  'dataset make': made,
  'dataset review': z.object({
    ...{ file: z.string(), questions: z.int(), done: z.int() },
    ...{ accepted: z.int(), edited: z.int(), rejected: z.int(), left: z.int() },
    agreement: agreement.nullable(),
  }),
  'dataset import': z.object({
    source: z.string(),
    file: z.string().nullable(),
    questions: z.int(),
    losses: z.array(z.string()),
  }),
  'dataset export': z.union([
    z.object({ source: z.string(), file: z.string().nullable(), questions: z.int(), losses: z.array(z.string()) }),
    z.object({ file: z.string(), dataset: z.string(), questions: z.int(), losses: z.array(z.string()) }),
  ]),
} as const;
