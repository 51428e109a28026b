/** Shapes a policy's reply as an OpenAI chat completion; the same request gives the same bytes. */
import { createHash } from 'node:crypto';
import { offlineModelName } from '../../contracts/names.ts';
import type { ChatBody } from './chat-request.ts';
import type { PolicyReply } from '../policy/reply.ts';
import { countTokens, splitTokens } from './tokens.ts';

type Alternative = { token: string; logprob: number; bytes: number[] };
type TokenLogprob = Alternative & { top_logprobs: Alternative[] };
export type WireCall = { id: string; type: 'function'; function: { name: string; arguments: string } };
export type WireUsage = {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
};

export type Completion = {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  system_fingerprint: string;
  choices: [
    {
      index: 0;
      message: { role: 'assistant'; content: string | null; refusal: null; tool_calls?: WireCall[] };
      logprobs: { content: TokenLogprob[]; refusal: null } | null;
      finish_reason: 'stop' | 'length' | 'tool_calls';
    },
  ];
  usage: WireUsage;
};

/** Also the `system_fingerprint`: whoever reads a reply can tell that no language model wrote it. */
export const fingerprint = `${offlineModelName}-not-a-language-model`;

/** Fixed, because a clock would make equal requests give different bytes. */
const created = 0;
const tokensAroundMessage = 4;

function promptTokens(body: ChatBody): number {
  const spoken = body.messages.reduce((sum, message) => {
    const calls = (message.tool_calls ?? []).map((call) => `${call.function.name}${call.function.arguments}`).join('');
    return sum + tokensAroundMessage + countTokens(message.content) + countTokens(calls);
  }, 0);
  return spoken + (body.tools === undefined ? 0 : countTokens(JSON.stringify(body.tools)));
}

const alternative = (token: string, logprob: number): Alternative => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
});

/** A label is one token with the classifier's probabilities; every other token was certain, for no dice were thrown. */
function logprobsOf(reply: PolicyReply, tokens: readonly string[], top: number): TokenLogprob[] {
  if (reply.kind === 'label') {
    const choices = reply.choice.map(({ name, probability }) =>
      alternative(name, Math.log(Math.max(probability, 1e-12))),
    );
    return choices.slice(0, 1).map((best) => ({ ...best, top_logprobs: choices.slice(0, top) }));
  }
  return tokens.map((text) => ({
    ...alternative(text, 0),
    top_logprobs: top > 0 ? [alternative(text, 0)] : [],
  }));
}

const idOf = (prefix: string, text: string): string =>
  `${prefix}${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;

function toolCalls(reply: PolicyReply & { kind: 'calls' }, key: string): WireCall[] {
  return reply.calls.map((call, at) => ({
    id: idOf('call_', `${key} ${at}`),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

/** @param key what identifies the request: ids are derived from it. */
export function completionOf(body: ChatBody, reply: PolicyReply, key: string): Completion {
  const limit = body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY;
  const calls = reply.kind === 'calls' ? toolCalls(reply, key) : [];
  const all = reply.kind === 'calls' ? [] : reply.kind === 'label' ? [reply.text] : splitTokens(reply.text);
  const tokens = all.length > limit ? all.slice(0, limit) : all;
  const written = calls.reduce(
    (sum, call) => sum + countTokens(call.function.name + call.function.arguments),
    tokens.length,
  );
  const prompt = promptTokens(body);
  const asked = body.logprobs === true && reply.kind !== 'calls';
  return {
    id: idOf('chatcmpl-', key),
    object: 'chat.completion',
    created,
    model: offlineModelName,
    system_fingerprint: fingerprint,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.kind === 'calls' ? null : tokens.join(''),
          refusal: null,
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: asked ? { content: logprobsOf(reply, tokens, body.top_logprobs ?? 0), refusal: null } : null,
        finish_reason: calls.length > 0 ? 'tool_calls' : tokens.length < all.length ? 'length' : 'stop',
      },
    ],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: written,
      total_tokens: prompt + written,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  };
}
