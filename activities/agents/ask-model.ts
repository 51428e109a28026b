/** One paid model call: never paid again once its reply is in the journal. */
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment } from '../../contracts/agent-calls.ts';
import type { CallAbout, JournalKey } from '../../contracts/model/journal-key.ts';
import type { ChatReply, ChatRequest } from '../../contracts/chat.ts';
import { CallDoesNotFit, without } from '../../models/allowance.ts';
import { type ChatOptions, CircuitOpen, ModelFailure } from '../../models/chat-model.ts';
import { requestHash } from '../../models/journal-entry.ts';
import type { ReportedPart } from '../../models/token-estimate.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { likelyTokens } from './condensing.ts';
import { askedWith } from './asked-with.ts';
import { type DraftText, draftText } from './draft-text.ts';
import { endpointHash, forkedReply } from './forked-replies.ts';
import { type ReusedReplies, reusedReplies } from './reused-replies.ts';
import { type About, type ActivityContext, runActivity, type Work } from '../context.ts';
import type { ModelPrice } from '../../contracts/model/price.ts';

type Deps = Pick<
  ActivityDependencies,
  | 'model'
  | 'modelByRole'
  | 'endpoint'
  | 'fallback'
  | 'prices'
  | 'journal'
  | 'sharedReplies'
  | 'earlierRuns'
  | 'content'
  | 'drafts'
>;

/** What `runModelActivity` hands to the workflow. */
type Paid<Result> = Promise<ActivityResult<Result | DoesNotFit>>;

/** The context of an activity that asks a model: a call that does not fit into its grant is a result, not a failure. */
export function runModelActivity<Result>(
  { payment, ...about }: Omit<About, 'limits'> & { payment: Payment },
  work: Work<Result>,
): Paid<Result> {
  const limits = { ...(payment.limits ?? limitsBefore), timedOut: 'ModelTimedOut' } as const;
  return runActivity<Result | DoesNotFit>({ ...about, limits }, async (context) => {
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

/** Of calls that an earlier version has scheduled, whose own limits the server holds them to. */
const limitsBefore = { attempts: 100, totalSeconds: 86_400 };

/** What is asked: a request, and smaller ones that will do where it does not fit into the call's grant. */
export type Asked = {
  request: ChatRequest;
  smaller?: readonly ChatRequest[];
  /** Where the model's context window is too small, in turn. */
  shorter?: readonly ChatRequest[];
  reported?: ReportedPart | null;
};

/**
 * Asks the model, or finds the reply of an earlier attempt whose completion did not reach the server. Replies are found by
 * the request as it was asked for, before a grant lowers its limit: the same call may have another grant the next time.
 * @returns the reply, and the request that it answers
 * @throws ModelFailure; CallDoesNotFit; and the signal's reason when the call is cancelled (the HTTP request is aborted).
 */
export async function askModel(
  given: Deps,
  context: ActivityContext,
  first: Asked,
  payment: Payment,
): Promise<Answered> {
  const { deps, asked } = withFallback(given, context, first, payment);
  const { request, smaller = [], shorter = [], reported = null } = asked;
  const model = request.model ?? deps.modelByRole[request.role];
  const { price: listed, contextWindow } = deps.prices.of(model);
  const price = payment.prices?.[model] ?? listed;
  if (payment.requirePrice && price === null) throw unpriced(model);
  context.note({ model, ...askedWith(request) });
  const keyOf = keysOf(deps, context, { model, callKey: payment.key });
  const hashOf = (each: ChatRequest) => keyOf(each).requestHash;
  const { sharedReplies, earlierRuns, endpoint } = deps;
  const reused = reusedReplies({ sharedReplies, context, payment, hashOf, endpoint, model, price });
  const draft = deps.drafts === undefined ? null : draftText(deps.drafts, context, request, payment);
  const answered = async (each: ChatRequest, reply: ChatReply, stored: boolean): Promise<Answered> => {
    draft?.is(reply, stored || reply.usage.reused !== undefined);
    await reused.keep(each, reply, { of: request, at: shorter.indexOf(each) });
    return noted(deps, context, { reply, request: each });
  };
  for (const each of [request, ...smaller]) {
    const reply = await deps.journal.read(keyOf(each));
    if (reply !== null) return answered(each, reply, true);
  }
  const about = aboutCall(deps, payment, model);
  const taken = await forkedReply({ earlierRuns, payment, hashOf, price }, [request, ...smaller, ...shorter]);
  if (taken !== null) {
    context.note({ reused: taken.from });
    await deps.journal.write(keyOf(taken.request), taken.reply, about);
    return answered(taken.request, taken.reply, true);
  }
  let left = await reused.withoutTooLong(withinWindow({ request, smaller, shorter, reported }, contextWindow), shorter);
  for (;;) {
    const [each, ...others] = left;
    if (each === undefined) throw new Error('a call asks for something');
    const isShorter = shorter.includes(each);
    const kept = isShorter ? await deps.journal.read(keyOf(each)) : null;
    const call = { request: each, reported: isShorter ? null : reported, price, key: keyOf(each), about, draft };
    try {
      const reply = kept ?? (await reusedOrAsked(deps, context, { call, reused }, payment));
      return await answered(each, reply, kept !== null);
    } catch (error) {
      left = isTooLong(error) && !isShorter ? shorter : others;
      const lacksRoom = isTooLong(error) || (error instanceof CallDoesNotFit && error.usage === null && !isShorter);
      if (!lacksRoom || left.length === 0) throw error;
    }
  }
}

function unpriced(model: string): ModelFailure {
  const message = `no price is known for the model "${model}", so a money limit cannot be kept`;
  return new ModelFailure('ModelUnpriced', message);
}

/** Under which key each request is journalled; hashed once. */
function keysOf(deps: Deps, { run }: ActivityContext, { model, callKey }: { model: string; callKey: string }) {
  const keys = new Map<ChatRequest, JournalKey>();
  return (each: ChatRequest): JournalKey => {
    const hash = () => requestHash({ ...each, model }, deps.endpoint);
    const key = keys.get(each) ?? { ...run, callKey, requestHash: hash() };
    keys.set(each, key);
    return key;
  };
}

function aboutCall({ endpoint }: Deps, { scope }: Payment, model: string): CallAbout {
  return { scope, model, endpoint: endpointHash(endpoint) };
}

/** What another benchmark has left is journalled, too: it may find another reply by the next attempt. */
async function reusedOrAsked(
  deps: Deps,
  context: ActivityContext,
  { call, reused }: { call: OneCall; reused: ReusedReplies },
  payment: Payment,
): Promise<ChatReply> {
  const found = await reused.find(call.request);
  if (found === null) return askOnce(deps, context, call, payment);
  await deps.journal.write(call.key, found, call.about);
  return found;
}

/** The same call to the fallback model, where the workflow has it asked; its reply is journalled by the model's own name. */
function withFallback(deps: Deps, context: ActivityContext, asked: Asked, { fallback }: Payment) {
  if (fallback?.after === undefined) return { deps, asked };
  context.note({ fallbackAfter: fallback.after });
  const { smaller = [], shorter = [] } = asked;
  const toFallback = (request: ChatRequest): ChatRequest => ({ ...request, model: fallback.model });
  const request = toFallback(asked.request);
  return {
    deps: { ...deps, ...deps.fallback },
    asked: { ...asked, request, smaller: smaller.map(toFallback), shorter: shorter.map(toFallback) },
  };
}

const isTooLong = (error: unknown): boolean => error instanceof ModelFailure && error.kind === 'ModelContextTooLong';

/** What to ask, first to last: what likely does not fit into the window with its reply is not tried. */
function withinWindow(
  { request, smaller, shorter, reported }: Required<Asked>,
  window: number | null,
): readonly ChatRequest[] {
  const fits = (each: ChatRequest) =>
    window === null || likelyTokens(each.messages, each === request ? reported : null) + each.maxOutputTokens <= window;
  if (fits(request) || shorter.length === 0) return [request, ...smaller];
  const first = shorter.findIndex(fits);
  return shorter.slice(first);
}

type Answered = { reply: ChatReply; request: ChatRequest };

/** What the span tells of a reply beside its text. */
async function noted({ content }: Deps, context: ActivityContext, answered: Answered): Promise<Answered> {
  const { thinking, repairs } = answered.reply;
  if (thinking !== undefined) context.note({ thinking: await content.put(thinking) });
  if (repairs !== undefined) context.note({ repairs });
  return answered;
}

type OneCall = {
  request: ChatRequest;
  reported: ReportedPart | null;
  price: ModelPrice | null;
  key: JournalKey;
  draft: DraftText | null;
  about: CallAbout;
};

async function askOnce(
  deps: Deps,
  context: ActivityContext,
  { request, reported, price, key, about, draft }: OneCall,
  payment: Payment,
): Promise<ChatReply> {
  const { grant } = payment;
  const learned: string[] = [];
  const onLesson = (lesson: string) => {
    learned.push(lesson.slice(0, 300));
    context.note({ learned });
  };
  const send = { request, mayFallBack: payment.fallback !== undefined && payment.fallback.after === undefined };
  const reply = await sent(deps, send, {
    signal: context.signal,
    callId: `${context.run.workflowId}/${context.run.runId}/${payment.key}`,
    price,
    onLesson,
    ...(draft && { listener: draft.listener }),
    ...(grant === undefined ? {} : { allowance: { ...without(grant, context.spent), reported } }),
  });
  try {
    await deps.journal.write(key, reply, about);
  } catch (error) {
    // The next attempt will not find it, and must know what it has cost.
    context.note({ usage: reply.usage });
    throw error;
  }
  return reply;
}

/** Where there is another model, nobody waits until an endpoint that is out is tried again. */
async function sent(
  { model }: Deps,
  { request, mayFallBack }: { request: ChatRequest; mayFallBack: boolean },
  options: ChatOptions,
): Promise<ChatReply> {
  try {
    return await model.chat(request, options);
  } catch (error) {
    if (!(error instanceof CircuitOpen) || !mayFallBack) throw error;
    throw new ModelFailure(error.kind, error.message, { retry: false });
  }
}
