/** One paid model call: never paid again once its reply is in the journal. */
import { createHash } from 'node:crypto';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, JournalKey, Payment } from '../../contracts/agent-calls.ts';
import type { ChatReply, ChatRequest } from '../../contracts/chat.ts';
import { CallDoesNotFit, without } from '../../models/allowance.ts';
import { ModelFailure } from '../../models/chat-model.ts';
import { requestHash } from '../../models/journal.ts';
import { findPrice } from '../../contracts/model-prices.ts';
import type { ReportedPart } from '../../models/token-estimate.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { type ActivityContext, runActivity, type Work } from '../context.ts';

type Deps = Pick<ActivityDependencies, 'model' | 'modelByRole' | 'journal'>;

/** What `runModelActivity` hands to the workflow. */
type Paid<Result> = Promise<ActivityResult<Result | DoesNotFit>>;

/** The context of an activity that asks a model: a call that does not fit into its grant is a result, not a failure. */
export function runModelActivity<Result>(about: Parameters<typeof runActivity>[0], work: Work<Result>): Paid<Result> {
  return runActivity<Result | DoesNotFit>(about, async (context) => {
    try {
      return await work(context);
    } catch (error) {
      if (!(error instanceof CallDoesNotFit)) throw error;
      const { refusal, usage, message } = error;
      const paid = usage === null ? {} : { usage };
      return { result: refusal, usage, span: { level: 'WARNING', message: message.slice(0, 300), ...paid } };
    }
  });
}

/** What is asked: a request, and smaller ones that will do where it does not fit into the call's grant. */
export type Asked = { request: ChatRequest; smaller?: readonly ChatRequest[]; reported?: ReportedPart | null };

/**
 * Asks the model, or finds the reply of an earlier attempt whose completion did not reach the server. Replies are found by
 * the request as it was asked for, before a grant lowers its limit: the same call may have another grant the next time.
 * @returns the reply, and the request that it answers
 * @throws ModelFailure; CallDoesNotFit; and the signal's reason when the call is cancelled (the HTTP request is aborted).
 */
export async function askModel(
  deps: Deps,
  context: ActivityContext,
  asked: Asked,
  payment: Payment,
): Promise<Answered> {
  const { request, smaller = [], reported = null } = asked;
  const model = request.model ?? deps.modelByRole[request.role];
  if (payment.requirePrice && findPrice(model) === null) {
    throw new ModelFailure(
      'ModelUnpriced',
      `no price is known for the model "${model}", so a money limit cannot be kept`,
    );
  }
  context.note({ model, parameters: parametersOf(request), promptVersion: promptVersionOf(request) });
  const requests = [request, ...smaller];
  for (const each of requests) {
    const reply = await deps.journal.read(keyOf(context, each, payment));
    if (reply !== null) return { reply, request: each };
  }
  for (const [at, each] of requests.entries()) {
    try {
      return { reply: await askOnce(deps, context, { request: each, reported }, payment), request: each };
    } catch (error) {
      if (!(error instanceof CallDoesNotFit) || error.usage !== null || at === requests.length - 1) throw error;
    }
  }
  throw new Error('a call asks for something');
}

type Answered = { reply: ChatReply; request: ChatRequest };

function keyOf({ run }: ActivityContext, request: ChatRequest, payment: Payment): JournalKey {
  return { ...run, callKey: payment.key, requestHash: requestHash(request) };
}

async function askOnce(
  deps: Deps,
  context: ActivityContext,
  { request, reported }: Required<Omit<Asked, 'smaller'>>,
  payment: Payment,
): Promise<ChatReply> {
  const { grant } = payment;
  const learned: string[] = [];
  const onLesson = (lesson: string) => {
    learned.push(lesson.slice(0, 300));
    context.note({ learned });
  };
  const reply = await deps.model.chat(request, {
    signal: context.signal,
    callId: `${context.run.workflowId}/${context.run.runId}/${payment.key}`,
    onLesson,
    ...(grant === undefined ? {} : { allowance: { ...without(grant, context.spent), reported } }),
  });
  try {
    await deps.journal.write(keyOf(context, request, payment), reply);
  } catch (error) {
    // The next attempt will not find it, and must know what it has cost.
    context.note({ usage: reply.usage });
    throw error;
  }
  return reply;
}

function parametersOf({ temperature, maxOutputTokens, topLogprobs, toolChoice, tools, responseFormat }: ChatRequest) {
  return {
    maxOutputTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(topLogprobs === 0 ? {} : { topLogprobs }),
    ...(tools.length === 0 ? {} : { toolChoice }),
    ...(responseFormat === null ? {} : { responseFormat: responseFormat.name }),
  };
}

/** The instructions are the first message of every agent. */
function promptVersionOf({ messages }: ChatRequest): string {
  const [first] = messages;
  const instructions = first?.role === 'system' ? first.content : '';
  return createHash('sha256').update(instructions).digest('hex').slice(0, 12);
}
