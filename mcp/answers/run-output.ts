/** What tools tell of a run: one shape, whether it goes on, waits for a person or has ended. */
import { z } from 'zod';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { DecisionRequest } from '../../contracts/decision.ts';
import { offlineModelName } from '../../contracts/names.ts';
import { AnswerOutcome, type AnswerState, type RunProgress } from '../../contracts/run.ts';
import { modelsThatAnswered } from '../../harness/run-log/logged-state.ts';
import { cut, printable, printableLine } from '../../lib/printable.ts';
import { headlineOf } from '../../application/runs/outcome-words.ts';
import type { FinishedRun } from '../../application/runs/run-record.ts';
import { inArguments } from '../calls/argument-words.ts';
import { sourceUri } from '../sources/source-uri.ts';

export const PendingOutput = z.object({
  request_id: z.string(),
  asked: z.string(),
  choices: z.array(
    z.object({
      choice: z.string(),
      meaning: z.string(),
      needs: z.enum(['note', 'answer', 'amount']).describe('The argument of decide that it needs.').nullable(),
    }),
  ),
  draft: z.string().describe('The answer that is to be approved or edited.').nullable(),
  default_choice: z.string().describe('Taken at default_at where nobody decides.'),
  default_at: z.string().describe('ISO 8601.'),
});
export type PendingOutput = z.infer<typeof PendingOutput>;

const CitationOutput = z.object({
  path: z.string(),
  first_line: z.int(),
  last_line: z.int(),
  quote: z.string(),
  status: z.enum(['verified', 'repaired', 'unresolved']).describe('What code found at those lines.'),
  uri: z.string().describe('The lines at the pinned commit, for read_lines or as a resource.').nullable(),
});

export const RunOutput = z.object({
  run_id: z.string(),
  state: z.enum(['running', 'waiting', 'finished']).describe('waiting: a person has to decide or to fix something.'),
  doing: z.string().describe('What a run does that goes on.').nullable(),
  outcome: z
    .enum(AnswerOutcome.options.map(({ shape }) => shape.kind.value))
    .describe('How it ended; null while it goes on.')
    .nullable(),
  answer: z.string().describe('In the words of its specialists, or of a person.').nullable(),
  remark: z.string().describe('Why there is no plain answer.').nullable(),
  citations: z.array(CitationOutput),
  gaps: z.array(z.string()).describe('What the answer leaves open.'),
  confidence: z.number().describe('How sure the model says it is, 0 to 1.').nullable(),
  pending: z.array(PendingOutput).describe('What people are asked.'),
  repository: z.string().describe('Its name, with the ref that was asked for.').nullable(),
  snapshot: z.string().describe('The commit, or a hash of the content, that was read.').nullable(),
  route: z.string().describe('The specialist that was chosen first.').nullable(),
  retries: z.int(),
  model: z.string().describe('Those that answered.').nullable(),
  offline_model: z.boolean().describe('Answered by the offline model, which is not a language model.'),
  model_calls: z.int(),
  tokens: z.int(),
  cost_usd: z.number().describe('Null where a model without a known price took part.').nullable(),
  seconds: z.number().describe('From start to end, waiting included.').nullable(),
  web_url: z.string().describe('The run in the Temporal Web UI.').nullable(),
  next: z.string().describe('What to do next, where something is to be done.').nullable(),
});
export type RunOutput = z.infer<typeof RunOutput>;

type Identity = { workflowId: string; webUrl: string | null };

/** A run that has just been started, or of which no worker tells more. */
export function startedOutput({ workflowId, webUrl }: Identity, next: string): RunOutput {
  return { ...emptyOutput, run_id: workflowId, web_url: webUrl, next };
}

/** @param next what to do, beside deciding */
export function openOutput({ workflowId, webUrl }: Identity, progress: RunProgress, next: string): RunOutput {
  const { pending = [], waitingFor, doing, state } = progress;
  const waits = waitingFor !== null || pending.length > 0;
  return {
    ...emptyOutput,
    ...factsOf(state),
    run_id: workflowId,
    state: waits ? 'waiting' : 'running',
    doing: printableLine(doing),
    remark: waitingFor === null ? null : cut(printableLine(waitingFor.message), 500),
    pending: pending.map(pendingOutput),
    web_url: webUrl,
    next,
  };
}

export function finishedOutput({ workflowId, webUrl, serverStops, durationMs, outcome }: FinishedRun): RunOutput {
  const { state } = outcome;
  const remark = headlineOf(outcome);
  return {
    ...emptyOutput,
    ...factsOf(state),
    run_id: workflowId,
    state: 'finished',
    outcome: outcome.kind,
    answer: state.final_answer === null ? null : printable(state.final_answer).trim(),
    remark: remark === null ? null : inArguments(remark),
    citations: state.evidence.map((citation) => citationOutput(citation, state)),
    gaps: state.gaps.map(printableLine),
    confidence: state.confidence,
    seconds: durationMs === null ? null : durationMs / 1000,
    // A link that ends with this process is none to keep.
    web_url: serverStops ? null : webUrl,
  };
}

const emptyOutput: RunOutput = {
  ...{ run_id: '', state: 'running', doing: null, outcome: null, answer: null, remark: null, citations: [], gaps: [] },
  ...{ confidence: null, pending: [], repository: null, snapshot: null, route: null, retries: 0, model: null },
  ...{ offline_model: false, model_calls: 0, tokens: 0, cost_usd: null, seconds: null, web_url: null, next: null },
};

function factsOf(state: AnswerState) {
  const models = modelsThatAnswered(state);
  const { modelCalls, inputTokens, outputTokens, costUsd } = state.usage;
  return {
    repository: state.snapshot === null ? null : printableLine(state.snapshot.label),
    snapshot: state.snapshot?.id ?? null,
    route: state.route,
    retries: state.retry_count,
    model: models.length === 0 ? null : printableLine(models.join(', ')),
    offline_model: models.includes(offlineModelName),
    model_calls: modelCalls,
    tokens: inputTokens + outputTokens,
    cost_usd: costUsd,
  };
}

function citationOutput(citation: CheckedCitation, { snapshot }: AnswerState): RunOutput['citations'][number] {
  const { path, firstLine, lastLine, quote, status } = citation;
  const isThere = snapshot !== null && status !== 'unresolved';
  return {
    path: printableLine(path),
    first_line: firstLine,
    last_line: lastLine,
    quote: printable(quote),
    status,
    uri: isThere ? sourceUri(snapshot, citation) : null,
  };
}

const needed = { note: 'note', draft: 'answer', amount: 'amount' } as const;

/** What a run asks, by the arguments of the tool `decide`. */
export function pendingOutput({
  requestId,
  asked,
  choices,
  draft,
  default: otherwise,
}: DecisionRequest): PendingOutput {
  return {
    request_id: requestId,
    asked: printableLine(asked),
    choices: choices.map(({ choice, meaning, needs }) => ({
      choice,
      meaning: printableLine(meaning),
      needs: needs === undefined ? null : needed[needs],
    })),
    draft: draft === undefined ? null : printable(draft.answer),
    default_choice: otherwise.decision,
    default_at: otherwise.at,
  };
}
