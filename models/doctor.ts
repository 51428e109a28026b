/** Tries a model the way the pipeline will: one call with a tool and one like the router's. */
import type { ChatRequest, ToolDefinition } from '../contracts/chat.ts';
import type { RunFailure } from '../contracts/run.ts';
import { type ChatModel, ModelFailure } from './chat-model.ts';

export type ModelProbe =
  | {
      ok: true;
      /** As the endpoint names it. */
      model: string;
      /** False: the model answered without calling the tool that the question asks for. */
      toolCall: boolean;
      /** False: routes will have no probabilities, only a name. */
      logprobs: boolean;
      /** Of the first call. */
      latencyMs: number;
    }
  | { ok: false; failure: RunFailure };

/** `model` null tries the models that the settings name for specialist and router. */
export type ProbeRequest = { model: string | null; signal: AbortSignal };

/**
 * Two paid calls of a few hundred tokens.
 * @throws the signal's reason when aborted; what the endpoint does wrong is a value.
 */
export async function probeModel(model: ChatModel, request: ProbeRequest): Promise<ModelProbe> {
  const { signal } = request;
  try {
    const start = performance.now();
    const answer = await model.chat(toolQuestion(request.model), { signal, callId: 'doctor-tool' });
    const latencyMs = Math.round(performance.now() - start);
    const route = await model.chat(routeQuestion(request.model), { signal, callId: 'doctor-route' });
    const toolCall = answer.toolCalls.some((call) => call.name === searchCode.name);
    return { ok: true, model: answer.model, toolCall, logprobs: route.logprobs !== null, latencyMs };
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    return { ok: false, failure: { kind: error.kind, message: error.message, setting: error.setting } };
  }
}

const searchCode: ToolDefinition = {
  name: 'search_code',
  description: 'Searches the source code of the repository and shows the best matching places.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string', description: 'Words to look for.' } },
    required: ['query'],
    additionalProperties: false,
  },
};

function toolQuestion(model: string | null): ChatRequest {
  return {
    role: 'specialist',
    model,
    messages: [
      { role: 'system', content: 'You answer questions about a code repository. Look things up with the tool first.' },
      { role: 'user', content: '<question>\nWhere is the function createServer implemented?\n</question>' },
    ],
    tools: [searchCode],
    toolChoice: 'auto',
    responseFormat: null,
    maxOutputTokens: 200,
    temperature: 0,
    topLogprobs: 0,
  };
}

function routeQuestion(model: string | null): ChatRequest {
  const routes = '- code: functions and classes, how they are implemented\n- docs: documentation and design';
  const question = 'Where is the function createServer implemented?';
  return {
    ...toolQuestion(model),
    role: 'router',
    messages: [
      { role: 'system', content: 'You route questions. Reply with the name of exactly one route, nothing else.' },
      {
        role: 'user',
        content: `<routes>\n${routes}\n</routes>\n<question>\n${question}\n</question>\nReply with one route name only.`,
      },
    ],
    tools: [],
    maxOutputTokens: 10,
    topLogprobs: 5,
  };
}
