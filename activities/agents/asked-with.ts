/** What the span of a model call says that it was asked with. */
import { createHash } from 'node:crypto';
import type { ChatRequest } from '../../contracts/chat.ts';

export function askedWith(request: ChatRequest) {
  return { parameters: parametersOf(request), promptVersion: promptVersionOf(request) };
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
