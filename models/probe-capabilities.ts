/** Finds out what a model takes by asking for each thing once, and reads from the refusals what it does not take. */
import type { ChatMessage, ChatRequest, ToolDefinition } from '../contracts/chat.ts';
import type { CapabilityRow } from '../contracts/model/capabilities.ts';
import { ModelFailure } from './chat-model.ts';
import type { OpenAiChat } from './openai/chat.ts';

export type CapabilityTable = {
  model: string;
  rows: CapabilityRow[];
  /** What could not be tried, and why. */
  problems: string[];
};

/**
 * Six small paid calls, and one more for each thing that is refused.
 * @throws the signal's reason when aborted; what the endpoint refuses for good is among the problems
 */
export async function probeCapabilities(
  chat: OpenAiChat,
  model: string,
  signal: AbortSignal,
): Promise<CapabilityTable> {
  const problems: string[] = [];
  for (const [name, request] of Object.entries(trials)) {
    try {
      await chat.chat({ ...request, model }, { signal, callId: `doctor-${name}` });
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      problems.push(`${name}: ${error.message}`);
    }
  }
  return { model, rows: chat.capabilities(model), problems };
}

const lookUp: ToolDefinition = {
  name: 'search_code',
  description: 'Searches the source code of the repository.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string', description: 'Words to look for.' } },
    required: ['query'],
    additionalProperties: false,
  },
};

const yesOrNo = {
  name: 'verdict',
  schema: {
    type: 'object',
    properties: { accepted: { type: 'boolean' } },
    required: ['accepted'],
    additionalProperties: false,
  },
};

const plain: ChatRequest = {
  role: 'specialist',
  model: null,
  messages: [
    { role: 'system', content: 'You answer in one word.' },
    { role: 'user', content: 'Reply with the word OK.' },
  ],
  tools: [],
  toolChoice: 'auto',
  responseFormat: null,
  maxOutputTokens: 20,
  temperature: null,
  topLogprobs: 0,
};

const found = (callId: string): ChatMessage => ({ role: 'tool', callId, content: 'lib/server.js:10' });
const asked = (id: string) => ({ id, name: lookUp.name, argumentsText: '{"query":"createServer"}' });

/** More than any agent is given, so that a ceiling which matters is found. */
const manyTokens = 16_000;

const trials: Record<string, ChatRequest> = {
  'log probabilities': { ...plain, temperature: 0, topLogprobs: 20 },
  tools: { ...plain, tools: [lookUp] },
  'an answer after tool results': {
    ...plain,
    messages: [
      ...plain.messages,
      { role: 'assistant', content: '', toolCalls: [asked('call_a'), asked('call_b')] },
      found('call_a'),
      found('call_b'),
      { role: 'user', content: 'Reply with the word OK now.' },
    ],
    tools: [lookUp],
    toolChoice: 'none',
  },
  JSON: {
    ...plain,
    messages: [{ role: 'user', content: 'Reply with JSON: an object with the field accepted, true.' }],
    responseFormat: yesOrNo,
  },
  'two messages of the user': { ...plain, messages: [...plain.messages, { role: 'user', content: 'Only that word.' }] },
  'a high limit': { ...plain, maxOutputTokens: manyTokens },
};
