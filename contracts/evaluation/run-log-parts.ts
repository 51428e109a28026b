/** The parts of a run log's record: cited places, tool calls, outputs of specialists, time and tokens. */
import { z } from 'zod';

/** What a log does not say is null: unknown, never 0. */
export const orNull = <Shape extends z.ZodType>(shape: Shape) => shape.nullable().default(null);
export const Text = orNull(z.string());
const Line = orNull(z.int().positive());
const Milliseconds = orNull(z.number().nonnegative());

const CitedPlace = z.object({
  path: z.string().min(1).describe('The file, relative to the root of the repository.'),
  first_line: Line.describe('From 1.'),
  last_line: Line.describe('Included.'),
  quote: Text.describe('The words that were cited, as they stand in those lines.'),
  status: orNull(z.enum(['verified', 'repaired', 'unresolved'])).describe(
    'verified: the quote stands at those lines. repaired: it stood elsewhere in the file, and the lines were moved there. unresolved: it does not stand in the file; such a place is in no expected file.',
  ),
  blob: z.string().nullable().exactOptional().describe('The git blob that was cited.'),
  reason: z.string().nullable().exactOptional().describe('Why it is unresolved, or from which lines it was moved.'),
  foreign: z
    .literal(true)
    .exactOptional()
    .describe('True: it names a tool of a foreign MCP server, whose word nobody can verify.'),
});
export const LoggedCitation = z.union([
  CitedPlace,
  z
    .string()
    .min(1)
    .transform((path) => CitedPlace.parse({ path })),
]);
export type LoggedCitation = z.infer<typeof LoggedCitation>;

const NamedCall = z.object({
  tool: z.string().min(1).describe('The name of the tool.'),
  kind: z
    .enum(['code', 'docs', 'any'])
    .nullable()
    .exactOptional()
    .describe("What it searches, where the tool is none of Switchyard's; without it the call is of no wrong kind."),
  specialist: Text.describe('Who called it.'),
  try: orNull(z.int().positive()).describe('In which try, from 1.'),
  arguments_text: Text.describe(
    'The arguments as JSON text. A call that asks for the same as an earlier one is redundant.',
  ),
  status: orNull(z.enum(['ok', 'error'])).describe('Whether it gave a result.'),
  content: Text.describe('Names the bytes that came back, such as their hash: the same bytes twice are redundant.'),
  paths: orNull(z.array(z.string())).describe(
    'Files that its result showed. Where it is not said, the call is never wasted, and never known to be needed.',
  ),
  problem: z.string().nullable().exactOptional().describe('What was wrong, where the status is `error`.'),
  foreign: z
    .object({
      server: z.string().describe('The MCP server that the tool is of.'),
      end: z
        .enum(['answered', 'failed', 'refused', 'unknown'])
        .describe('How the call ended; unknown: it may have had its effects.'),
      failure: z.string().exactOptional().describe('The kind of failure, such as ForeignServerDied.'),
    })
    .exactOptional()
    .describe('Of a tool of a foreign MCP server.'),
});
export const LoggedToolCall = z.union([
  NamedCall,
  z
    .string()
    .min(1)
    .transform((tool) => NamedCall.parse({ tool })),
]);
export type LoggedToolCall = z.infer<typeof LoggedToolCall>;

export const LoggedOutput = z.object({
  specialist: z.string().min(1).describe('Whose draft it is.'),
  try: z.int().positive().default(1).describe('From 1; higher ones were asked for by the gate.'),
  kind: orNull(z.enum(['draft', 'partial', 'empty', 'failed'])).describe(
    'partial, a draft that was cut short, stands in logs of other software only.',
  ),
  answer: z.string().default('').describe('The text of the draft.'),
  citations: z.array(LoggedCitation).default([]).describe('What the draft cites; a path alone is enough.'),
  insufficient: orNull(z.boolean()).describe('True: it says that the repository does not hold the answer.'),
  accepted: orNull(z.boolean()).describe("The gate's verdict; null where no gate looked."),
  unjudged: z.string().exactOptional().describe('Why its judge has not read it.'),
  reasons: z.array(z.string()).default([]).describe('Why the gate sent it back.'),
});
export type LoggedOutput = z.infer<typeof LoggedOutput>;

/** Where the time of a run went. */
export const LatencyParts = z.object({
  total: Milliseconds.describe(
    'From the question to the answer. The parts may add up to more: calls run side by side.',
  ),
  queue: Milliseconds.describe('Waiting for a free worker; left out of compared latencies.'),
  model: Milliseconds.describe('In model calls.'),
  tool: Milliseconds.describe('In tools.'),
  backoff: Milliseconds.describe('Between a failed attempt and the next; left out of compared latencies.'),
  waiting: Milliseconds.describe("For a provider's Retry-After or a person."),
  orchestration: Milliseconds.describe('Deciding what comes next.'),
});
export type LatencyParts = z.infer<typeof LatencyParts>;

/** Tokens as the provider counts them. */
export const LoggedUsage = z.object({
  model_calls: z.int().nonnegative().describe('Calls of a model.'),
  input_tokens: z.int().nonnegative().describe('Tokens of the requests, cached ones included.'),
  cached_input_tokens: z.int().nonnegative().describe('Those of them that the provider had cached.'),
  output_tokens: z.int().nonnegative().describe('Tokens of the replies, reasoning included.'),
  reasoning_tokens: z.int().nonnegative().describe('Those of them that were reasoning.'),
  estimated: z
    .literal(true)
    .exactOptional()
    .describe('True: a part was counted in characters, since an endpoint reported none that can be right.'),
  reused: z
    .object({
      model_calls: z.int().positive().describe('Calls whose reply was kept.'),
      input_tokens: z.int().nonnegative().describe('Their input tokens.'),
      output_tokens: z.int().nonnegative().describe('Their output tokens.'),
      cost_usd: z.number().nonnegative().nullable().describe('US dollars that they would have cost.'),
    })
    .exactOptional()
    .describe('The part that was not paid by this run: replies of earlier benchmarks that were used again.'),
});
