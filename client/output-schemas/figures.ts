/** Figures that several commands print. */
import { z } from 'zod';
import type { Agreement } from '../../harness/agreement.ts';
import { schemaOf } from './schema-of.ts';

export const interval = z.object({ low: z.number(), high: z.number() });

const confusion = z
  .object({ labels: z.array(z.string()), counts: z.array(z.array(z.number())) })
  .describe('Rows are the expected labels, columns the actual ones.');

export const agreementFields = {
  ...{ n: z.int(), agreed: z.number(), share: z.number().nullable() },
  interval: interval.nullable(),
  kappa: z.number().nullable().describe('Null where chance alone would agree always.'),
  kappaInterval: interval.nullable(),
  confusion,
};

export const agreement = schemaOf<Agreement>()(z.object(agreementFields));
export { confusion };

/** How many there are of each name. */
export const counts = z.record(z.string(), z.int());
