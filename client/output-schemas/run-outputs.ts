/** What commands about runs print with `--json`, by the names of the code; they are printed in snake_case. */
import { z } from 'zod';
import { RunRating } from '../../application/feedback/ratings.ts';
import type { ForkPlan } from '../../application/forks/fork-plan.ts';
import type { LabelledTurn } from '../../application/threads/labels.ts';
import type { ReadTurn } from '../../application/threads/read-turns.ts';
import { RouteDecision, SpecialistOutput } from '../../contracts/agent.ts';
import { Usage } from '../../contracts/chat.ts';
import { DecisionAnswer, DecisionRecord, DecisionRequest } from '../../contracts/decision.ts';
import { CheckedCitation } from '../../contracts/evidence.ts';
import {
  AnswerOutcome,
  AnswerState,
  BudgetLimit,
  FallbackUse,
  OpeningProgress,
  RunFailure,
  RunProgress,
} from '../../contracts/run.ts';
import { ReplayVerdict } from '../../contracts/replay.ts';
import { Snapshot } from '../../contracts/snapshot.ts';
import { ToolCalled } from '../../contracts/tools.ts';
import { ThreadRecord } from '../../contracts/threads/thread.ts';
import { RenamedModel, RunRef } from '../../contracts/trace.ts';
import { interval } from './figures.ts';
import { schemaOf } from './schema-of.ts';

const identity = { workflowId: z.string(), runId: z.string(), webUrl: z.string().nullable() };
const outcomeKind = z.enum(AnswerOutcome.options.map(({ shape }) => shape.kind.value));
const probabilities = z.record(z.string(), z.number()).describe('By route, most likely first.');

const state = {
  pipeline: z.string(),
  question: z.string(),
  route: z.string().nullable(),
  routing: RouteDecision.omit({ probabilities: true }).nullable(),
  probabilities: probabilities.nullable(),
  routesRun: z.array(z.string()),
  specialistOutput: z.array(SpecialistOutput),
  evidence: z.array(CheckedCitation),
  foreignEvidence: AnswerState.shape.foreign_evidence.describe(
    'What the answer cites of foreign tools: nobody has verified it.',
  ),
  toolsCalled: z.array(ToolCalled),
  searched: z.array(z.string()),
  finalAnswer: z.string().nullable(),
  confidence: z.number().nullable(),
  retryCount: z.int(),
  gaps: z.array(z.string()),
  superseded: z.array(z.object({ specialist: z.string(), reason: z.string() })),
  usage: Usage.omit({ costUsd: true }),
  costUsd: z.number().nullable().describe('US dollars; null where a model without a known price took part.'),
  model: z.string().nullable(),
  models: z.record(z.string(), z.string()).describe('By role.'),
  repairs: z.record(z.string(), z.int()).exactOptional(),
  renamedModels: z.array(RenamedModel).exactOptional(),
  decisions: z.array(DecisionRecord).exactOptional(),
  foreignTools: AnswerState.shape.foreign_tools.describe(
    'Tools of foreign servers as the run has pinned them, and those that it went without.',
  ),
  editedBy: z.string().exactOptional(),
  forkOf: RunRef.exactOptional(),
  standaloneQuestion: z.string().exactOptional(),
  thread: ThreadRecord.exactOptional(),
  fallbacks: z.record(z.string(), FallbackUse).exactOptional(),
  offlineModel: z.boolean(),
  snapshot: Snapshot.nullable(),
  traceUrl: z.string().nullable(),
};

const help = z.string().exactOptional().describe('The page about the failure.');

const finished = z.object({
  ...identity,
  serverStops: z.boolean().describe('The server was started for this command, and its Web UI ends with it.'),
  durationMs: z.number().nullable(),
  outcome: outcomeKind,
  reasons: z.array(z.string()).exactOptional().describe('Of retries-exhausted.'),
  limit: BudgetLimit.exactOptional().describe('Of budget-spent.'),
  failure: RunFailure.exactOptional().describe('Of unavailable.'),
  help,
  ...state,
});

const open = z.object({
  ...identity,
  outcome: z.null(),
  stage: RunProgress.shape.stage,
  doing: z.string(),
  opening: OpeningProgress.nullable(),
  waitingFor: RunFailure.nullable(),
  pending: z.array(DecisionRequest).exactOptional(),
  toolsAsked: z.array(ToolCalled.pick({ specialist: true, try: true, tool: true, argumentsText: true })),
  help,
  ...state,
});

const left = { ...identity, outcome: z.null() };
const detached = z.object({ ...left, detached: z.literal(true) });
const interrupted = z.object({ ...left, interrupted: z.literal(true) });
const waiting = z.object({ ...left, waitingFor: RunFailure.nullable(), help });
const followed = z.union([finished, waiting, interrupted, detached]);

const steeredRun = z.object({
  ...{ id: z.string(), runId: z.string(), status: z.string(), question: z.string().nullable() },
  ...{ done: z.boolean(), error: z.string().nullable() },
});
const many = z.object({
  action: z.enum(['pause', 'resume', 'retry']),
  dryRun: z.boolean(),
  ...{ matched: z.int(), done: z.int(), failed: z.int(), left: z.int() },
  runs: z.array(steeredRun),
});

const row = z.object({
  id: z.string(),
  runId: z.string(),
  started: z.string().describe('ISO 8601.'),
  status: z.string(),
  ...{ pipeline: z.string().nullable(), route: z.string().nullable(), outcome: z.string().nullable() },
  repository: z.string().nullable().describe('The last part of its path or URL.'),
  retries: z.int().nullable(),
  question: z.string().nullable(),
  doing: z.string().nullable().describe('What an open run does now.'),
  webUrl: z.string().nullable(),
});

const routed = z.union([
  z.object({
    id: z.string(),
    route: z.string(),
    probabilities,
    fallback: z.boolean(),
    source: RouteDecision.shape.source,
    model: z.string().nullable(),
    expectedRoute: z.string().exactOptional(),
  }),
  z.object({ id: z.string(), error: z.string(), help, expectedRoute: z.string().exactOptional() }),
  z.object({
    summary: z.literal(true),
    models: z.array(z.string()),
    ...{ failed: z.int(), fallbacks: z.int(), n: z.int(), agreed: z.int() },
    share: z.number().nullable(),
    ...{ interval: interval.nullable(), kappa: z.number().nullable(), kappaInterval: interval.nullable() },
    confusion: z.object({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) }),
  }),
]);

const counts = { histories: z.int(), content: z.int(), journal: z.int(), traces: z.int(), ratings: z.int() };
export const deleted = {
  removed: z.object(counts).describe('How many of each are gone.'),
  kept: z.array(z.string()).describe('What could not be removed, and why.'),
};

const plannedCall = z.object({
  ...{ name: z.string(), usage: Usage },
  state: z.enum(['taken', 'paid', 'follows', 'not-asked']),
  why: z.string().nullable().describe('Why it is not taken.'),
});
const sum = z.object({ calls: z.int(), tokens: z.int(), costUsd: z.number().nullable() });
const planned = z.object({
  forkOf: RunRef,
  ...schemaOf<ForkPlan>()(
    z.object({
      ...{ calls: z.array(plannedCall), gone: z.int().describe('Replies that are not kept any more.') },
      certain: sum.describe('What is certain to be paid, by what it cost before.'),
      atMost: sum,
      unknown: z.array(z.string()).describe('Specialists that the run before has not asked.'),
    }),
  ).shape,
  remarks: z.array(z.string()),
});

const rated = RunRating.extend({
  sent: z.boolean().nullable().describe('Whether its trace has it; null: traces are not in Langfuse.'),
  problem: z.string().nullable().describe('Why its trace does not have it.'),
});

const turn = schemaOf<LabelledTurn>()(
  row.extend({
    ...{ thread: z.string(), turn: z.int(), parent: z.string().nullable().describe('The run that it goes on from.') },
    label: z.string().describe('Its number, and a letter behind it in a branch.'),
  }),
);
const readTurn = turn.extend({
  state: z
    .object({ standalone_question: z.string().exactOptional(), thread: ThreadRecord.exactOptional() })
    .nullable()
    .describe('What it came to; null where it has not ended, or has no outcome.'),
});

export const runOutputs = {
  ask: followed,
  chat: z.union([finished, z.array(turn), rated]).describe('A turn or the sources of one, /turns, or /rate.'),
  'threads show': z.object({ id: z.string(), turns: schemaOf<ReadTurn[]>()(z.array(readTurn)) }),
  'runs fork': z.union([followed, planned]),
  route: routed,
  runs: z.array(row),
  'runs show': z.union([finished.extend({ rating: RunRating.nullable() }), open]),
  'runs cancel': z.object({ ...identity, requested: z.literal(true), outcome: outcomeKind.nullable() }),
  'runs pause': z.union([z.object({ ...identity, paused: z.literal(true) }), many]),
  'runs resume': z.union([followed, many]),
  'runs retry': z.union([followed, many]),
  'runs rate': rated,
  'runs delete': z.object({ workflowId: z.string(), ...deleted }),
  'runs pending': z.array(
    DecisionRequest.extend({ workflowId: z.string(), runId: z.string(), question: z.string().nullable() }),
  ),
  'runs decide': z.object({
    workflowId: z.string(),
    requestId: z.string(),
    ...{ decision: z.string(), by: z.string() },
    answer: z.union([DecisionAnswer, z.object({ kind: z.literal('sent').describe('As a signal: no worker ran.') })]),
  }),
  replay: ReplayVerdict,
} as const;
