/** What a program gives with a question or a rating, checked field by field: no compiler may stand before it. */
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { DecisionPolicies } from '../../contracts/pipeline.ts';
import { InvalidInput } from '../errors.ts';
import type { VariantOptions } from '../questions/question-input.ts';
import { RunRating } from '../feedback/ratings.ts';

const text = z.string().min(1).exactOptional();
const decisionKinds = Object.keys(DecisionPolicies.shape) as [keyof DecisionPolicies, ...(keyof DecisionPolicies)[]];

const AskOptions = z.strictObject({
  repo: z.string().min(1),
  ref: text,
  pipeline: z.string().min(1).default('orchestrated'),
  route: text,
  session: z.string().min(1).max(200).exactOptional(),
  user: z.string().min(1).max(200).exactOptional(),
  uncommitted: z.boolean().exactOptional(),
  includeSecrets: z.boolean().exactOptional(),
  retryLimit: z.int().nonnegative().exactOptional(),
  maxModelCalls: z.int().positive().exactOptional(),
  maxTokens: z.int().positive().exactOptional(),
  maxCostUsd: z.number().positive().exactOptional(),
  maxSeconds: z.int().positive().exactOptional(),
  decisions: z.array(z.enum(decisionKinds)).exactOptional(),
  workflowId: z.string().min(1).max(1000).exactOptional(),
  tenant: z.string().min(1).max(64).exactOptional(),
});

/** A question's repository, pipeline and limits. */
export type QuestionAbout = VariantOptions & {
  /** A folder or a git URL. */
  repo: string;
  /** A branch, tag or commit; the current commit unless given. */
  ref?: string;
  /** A shipped name or a file; `orchestrated` unless given. */
  pipeline?: string;
  /** Skips the router. */
  route?: string;
  /** Groups traces. */
  session?: string;
  /** Who asks; that of the settings unless given. */
  user?: string;
  /** The changes of a checkout since HEAD are read, too. */
  uncommitted?: boolean;
  /** Files that look like secrets are read, too. */
  includeSecrets?: boolean;
};

/** The same for a run that is started. */
export type AskOptions = QuestionAbout & {
  /** An id that sorts by time unless given; the same id twice is refused, which makes a start safe to repeat. */
  workflowId?: string;
  /** For whom, where tenants have fair shares of an endpoint; that of the settings unless given. */
  tenant?: string;
};

/** @throws InvalidInput with the name of the first field that does not fit */
export function checkedOptions(given: AskOptions): z.infer<typeof AskOptions> {
  return checked(AskOptions, given, 'options');
}

/** What somebody says of an answer. */
export type GivenRating = {
  rating: 'good' | 'bad';
  note?: string;
  /** Who says it; the user of the settings unless given. */
  by?: string;
};

const Rating = RunRating.pick({ rating: true, note: true, by: true }).strict();

/** @throws InvalidInput with the name of the first field that does not fit */
export function checkedRating(given: GivenRating, { user }: Pick<Config, 'user'>): z.infer<typeof Rating> {
  const by = given?.by ?? user;
  if (by === null) throw new InvalidInput('by', 'by is missing: say who rates, or set SWITCHYARD_USER');
  return checked(Rating, { ...given, by }, 'rating');
}

function checked<Shape extends z.ZodType>(shape: Shape, given: unknown, whole: string): z.infer<Shape> {
  const { success, data, error } = shape.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  // An unknown field is told at the object that has it.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = unknown ?? issue?.path[0];
  if (field === undefined) throw new InvalidInput(whole, `${whole} must be an object: ${issue?.message}`);
  const why = unknown === undefined ? issue?.message : 'there is no such option';
  throw new InvalidInput(
    String(field),
    `${[...(unknown === undefined ? (issue?.path ?? []) : [unknown])].join('.')}: ${why}`,
  );
}
