/** What `trace` prints with `--json`. */
import { z } from 'zod';
import type { Compared } from '../../application/runs/compared-runs.ts';
import { Usage } from '../../contracts/chat.ts';
import { Experiment, ManagedPrompt, type TraceSpan, type TraceScore } from '../../contracts/trace.ts';
import { type LatencyAnatomy, runStages } from '../../observability/latency-anatomy.ts';
import { schemaOf } from './schema-of.ts';

const spent = z.object({
  ...{ calls: z.int(), inputTokens: z.int(), cachedInputTokens: z.int(), outputTokens: z.int() },
  costUsd: z.number().nullable(),
  ms: z.number(),
});

/** What each of two runs took of one stage; null where it has nothing of it. */
export const compared = schemaOf<Compared>()(
  z.object({ part: z.enum([...runStages, 'in all', 'overhead']), a: spent.nullable(), b: spent.nullable() }),
);

const content = z.object({ kind: z.literal('content'), id: z.string() });
const field = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('value'), value: z.unknown() }),
    z.object({ kind: z.literal('conversation'), turn: z.string(), part: z.enum(['before', 'reply']) }),
    z.object({ kind: z.literal('call'), activity: z.string(), call: z.unknown() }),
    content,
  ])
  .nullable();

const span = schemaOf<TraceSpan>()(
  z.object({
    ...{ key: z.string(), parent: z.string().nullable(), name: z.string() },
    type: z.enum(['span', 'agent', 'generation', 'tool', 'evaluator', 'chain']),
    ...{ startMs: z.number(), endMs: z.number(), level: z.enum(['DEFAULT', 'WARNING', 'ERROR']) },
    ...{ message: z.string().nullable(), input: field, output: field, thinking: content.exactOptional() },
    metadata: z.record(z.string(), z.unknown()),
    model: z.string().nullable(),
    parameters: z.record(z.string(), z.union([z.string(), z.number()])),
    ...{ promptVersion: z.string().nullable(), managedPrompt: ManagedPrompt.nullable(), usage: Usage.nullable() },
  }),
);

const score = schemaOf<TraceScore>()(z.object({ name: z.string(), value: z.number(), comment: z.string().nullable() }));

const latency = schemaOf<LatencyAnatomy>()(
  z.object({
    ...{ totalMs: z.number(), modelMs: z.number(), toolMs: z.number(), backoffMs: z.number() },
    ...{ queueMs: z.number(), orchestrationMs: z.number(), waitingMs: z.number() },
  }),
);

const run = z.object({
  ...{ traceId: z.string(), name: z.string(), workflowId: z.string(), runId: z.string() },
  ...{ session: z.string().nullable(), user: z.string().exactOptional(), tags: z.array(z.string()) },
  ...{ experiment: Experiment.nullable(), spans: z.array(span), scores: z.array(score) },
  ended: z.boolean(),
  latency,
  latencyByStage: z.object({ rest: latency, routing: latency, specialist: latency, gate: latency, synthesis: latency }),
});

export const traceOutputs = {
  trace: z.union([run, z.object({ runs: z.array(run), compared: z.array(compared) })]),
} as const;
