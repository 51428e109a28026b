/** A chat model talking to a scripted server, for one scene. */
import type { ChatRequest } from '../../contracts/chat.ts';
import { ordinaryTransport } from '../../contracts/model/access.ts';
import { ModelFailure } from '../../models/chat-model.ts';
import { createOpenAiChat, type OpenAiChatSettings } from '../../models/openai/chat.ts';
import {
  type RecordedRequest,
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from '../support/scripted-server/scripted-server.ts';

export const testKey = 'sk-test-ABCDEFGHIJKLMNOP0123456789';

export function question(changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    role: 'specialist',
    model: null,
    messages: [{ role: 'user', content: 'Where is the server created?' }],
    tools: [],
    toolChoice: 'auto',
    responseFormat: null,
    maxOutputTokens: 100,
    temperature: null,
    topLogprobs: 0,
    ...changes,
  };
}

export const searchTool = {
  name: 'search_code',
  description: 'Searches the code.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
    additionalProperties: false,
  },
};

export const verdictFormat = {
  name: 'verdict',
  schema: {
    type: 'object',
    properties: { accepted: { type: 'boolean' } },
    required: ['accepted'],
    additionalProperties: false,
  },
};

export function modelFor(baseUrl: string, changes: Partial<OpenAiChatSettings> & { model?: string } = {}) {
  const { model = 'local-model', ...settings } = changes;
  return createOpenAiChat({
    apiKey: testKey,
    baseUrl,
    modelByRole: { router: model, specialist: model, judge: model, synthesizer: model },
    timeoutSeconds: 20,
    reasoningTokens: 1000,
    ...ordinaryTransport,
    ...settings,
  });
}

export type Scene = AsyncDisposable & {
  server: ScriptedServer;
  ask(request?: ChatRequest, signal?: AbortSignal): ReturnType<ReturnType<typeof modelFor>['chat']>;
  /** The failure that a call must end with. */
  fail(request?: ChatRequest): Promise<ModelFailure>;
  /** Asks, and tells what the endpoint's refusals taught. */
  tell(request: ChatRequest, onLesson: (lesson: string) => void): ReturnType<Scene['ask']>;
  bodies(): RecordedRequest['body'][];
};

export async function scene(
  options: ScriptedServerOptions,
  changes: Parameters<typeof modelFor>[1] = {},
): Promise<Scene> {
  const server = await startScriptedServer(options);
  const model = modelFor(server.url, changes);
  const ask: Scene['ask'] = (request = question(), signal = new AbortController().signal) =>
    model.chat(request, { signal, callId: 'run-1/call-1' });
  return {
    server,
    ask,
    tell: (request, onLesson) =>
      model.chat(request, { signal: new AbortController().signal, callId: 'run-1/call-1', onLesson }),
    bodies: () => server.requests.map((request) => request.body),
    async fail(request) {
      const outcome = await ask(request).catch((error: unknown) => error);
      if (outcome instanceof ModelFailure) return outcome;
      throw new Error(`expected a ModelFailure, got ${JSON.stringify(outcome)}`, { cause: outcome });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
