/** Arguments that several tools take, with bounds. */
import { z } from 'zod';
import { mostModelCalls } from '../../contracts/pipeline-rules.ts';
import { questionMaxCharacters } from '../../contracts/run.ts';
import type { Surface } from '../surface.ts';

/** The id of a run that somebody may have started with other tools. */
export const runId = z
  .string()
  .regex(/^[^\s\p{Cc}]{1,1000}$/u, 'must be the id of a run')
  .describe('The id of the run, as ask and start tell it.');

/** How a call names a repository. */
export function repositoryArguments({ repositories: { names } }: Surface) {
  const repository =
    names === null
      ? z
          .string()
          .min(1)
          .max(4_096)
          .describe('A folder of this machine, or a git URL; the one that this server was started for unless given.')
      : z.enum(names).describe('Which repository is meant; may be left out where there is only one.');
  return {
    repository: repository.optional(),
    ref: z.string().min(1).max(300).optional().describe('A branch, tag or commit; the current one unless given.'),
    uncommitted: z.boolean().optional().describe('With the uncommitted changes of a checkout.'),
  };
}

/** What `ask` and `start` are given. */
export function questionArguments(surface: Surface, pipelines: readonly string[]) {
  return {
    question: z.string().min(1).max(questionMaxCharacters).describe('The question, complete by itself.'),
    ...repositoryArguments(surface),
    pipeline: z.enum(pipelines).optional().describe(`Who works on it; ${surface.pipeline} unless given.`),
    route: z.string().min(1).max(100).optional().describe('Take this specialist, without asking the router.'),
    max_model_calls: z.int().positive().max(mostModelCalls).optional(),
    max_tokens: z.int().positive().optional().describe('Input and output together.'),
    max_cost_usd: z.number().positive().optional(),
    max_seconds: z.int().positive().optional().describe('Of work; waiting for people is free.'),
    decisions: z
      .array(z.enum(['clarify', 'draft', 'try', 'budget']))
      .max(4)
      .optional()
      .describe('Have a person decide: what is meant, whether the answer goes out, one more try, more budget.'),
  };
}
