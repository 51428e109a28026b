/** Fits a request into what its call may use: the output limit is lowered to what the input leaves. */

import type { ChatRequest, Usage } from '../contracts/chat.ts';
import type { DoesNotFit } from '../contracts/agent-calls.ts';
import type { WireBody } from './openai/chat-body.ts';
import type { ReportedPart } from './token-estimate.ts';
import { type ModelPrice, ratesOf } from '../contracts/model/price.ts';

/** What one call may use, all that it sends together. */
export type Allowance = {
  /** Replies that may be delivered; absent: as many as come. */
  replies?: number;
  tokens: number;
  /** US dollars; null: no limit. */
  costUsd: number | null;
  /** What is known of the request from the turn before it. */
  reported: ReportedPart | null;
};

/** Thrown instead of asking for what would not fit. */
export class CallDoesNotFit extends Error {
  readonly refusal: DoesNotFit;
  /** Of what the call had sent before. */
  readonly usage: Usage | null;
  constructor(refusal: DoesNotFit, usage: Usage | null) {
    const { limit, inputTokens } = refusal;
    super(
      limit === 'modelCalls'
        ? 'it may not be sent again: the model calls are spent'
        : `about ${inputTokens} tokens of input leave no room for a reply: the ${limit} are spent`,
    );
    this.name = 'CallDoesNotFit';
    this.refusal = refusal;
    this.usage = usage;
  }
}

/** Fewer tokens of visible output are not worth their input: the least that a specialist may be limited to. */
const leastVisible = 64;
/** The share of its allowance that a model which thinks first needs to get to an answer. */
const leastThinking = 1 / 4;

export type Fit = { kind: 'fits'; body: WireBody } | DoesNotFit;

/**
 * The body with its output limit, thinking included, lowered where the allowance asks for it.
 * Input is priced as if nothing of it were cached.
 * @param inputTokens an upper estimate
 * @param price null: unknown; then only tokens count
 */
export function fitted(
  body: WireBody,
  request: Pick<ChatRequest, 'maxOutputTokens'> & { leastOutputTokens?: number },
  inputTokens: number,
  { replies, tokens, costUsd }: Omit<Allowance, 'reported'>,
  price: ModelPrice | null,
): Fit {
  if (replies === 0) return { kind: 'does-not-fit', limit: 'modelCalls', inputTokens };
  const asked = body.max_completion_tokens ?? body.max_tokens ?? request.maxOutputTokens;
  // An endpoint's ceiling may be below what is asked to be seen, its floor above.
  const thinking = Math.max(0, asked - request.maxOutputTokens);
  const worth = Math.min(request.maxOutputTokens, asked, leastVisible) + Math.ceil(thinking * leastThinking);
  const least = Math.max(worth, request.leastOutputTokens ?? 0);
  const byTokens = tokens - inputTokens;
  const byCost = costUsd === null || price === null ? Number.POSITIVE_INFINITY : paidFor(costUsd, inputTokens, price);
  const most = Math.floor(Math.min(byTokens, byCost));
  if (most < least) return { kind: 'does-not-fit', limit: byTokens < least ? 'tokens' : 'costUsd', inputTokens };
  if (most >= asked) return { kind: 'fits', body };
  const field = body.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens';
  return { kind: 'fits', body: { ...body, [field]: most } };
}

/** Output tokens that the money pays for once the input is paid. */
function paidFor(costUsd: number, inputTokens: number, price: ModelPrice): number {
  const { input, output } = ratesOf(price, inputTokens);
  const left = costUsd * 1_000_000 - inputTokens * input;
  if (left < 0) return -1;
  return output === 0 ? Number.POSITIVE_INFINITY : left / output;
}

/** What is left of an allowance after some usage; a cost that nobody knows takes all the money. */
export function without<Limits extends Omit<Allowance, 'reported'>>(limits: Limits, used: Usage | null): Limits {
  if (used === null) return limits;
  const tokens = Math.max(0, limits.tokens - used.inputTokens - used.outputTokens);
  const costUsd = limits.costUsd === null ? null : Math.max(0, limits.costUsd - (used.costUsd ?? limits.costUsd));
  const replies = limits.replies === undefined ? {} : { replies: Math.max(0, limits.replies - used.modelCalls) };
  return { ...limits, ...replies, tokens, costUsd };
}
