/** Servers of one's own: vLLM, Ollama, llama.cpp; and a gateway with a short list of fields. */
import { chunks, endingWithStop, events, wholeCalls } from './event-streams.ts';
import {
  afterThinking,
  outOfOrder,
  type Profile,
  refusal,
  saying,
  withCalls,
  withChoice,
  withMessage,
} from './profile.ts';

const vllmError = (message: string, param: string | null = null) =>
  refusal(400, { error: { message, type: 'BadRequestError', param, code: 400 } });

/** Started with a parser of thinking, with fewer log probabilities, and with a template that wants roles in turn. */
export const vllm = (): Profile => ({
  name: 'vLLM',
  model: 'Qwen/Qwen3-8B',
  rules: [
    {
      seen: 'vllm-project/vllm#31870',
      refuses: ({ body: { top_logprobs: top } }) =>
        typeof top === 'number' && top > 10
          ? vllmError(
              `Requested sample logprobs of ${top}, which is greater than max allowed: 10 (parameter=logprobs, value=${top})`,
              'logprobs',
            )
          : null,
    },
    {
      seen: 'microsoft/autogen#1037',
      refuses: ({ messages }) =>
        outOfOrder(messages, 'tool', 'user') || outOfOrder(messages, 'user', 'user')
          ? vllmError('Conversation roles must alternate user/assistant/user/assistant/...')
          : null,
    },
  ],
  seen: ['open-webui/open-webui#16687: reasoning_content'],
  answers: (completion, asked) =>
    withCalls(
      withMessage(
        { ...withChoice(afterThinking(completion, asked, 24), { stop_reason: null }), prompt_logprobs: null },
        () => ({ reasoning_content: '\nOkay, the user asks about a repository.\n' }),
      ),
      ({ id }) => ({ id: `chatcmpl-tool-${id.slice(5)}` }),
    ),
});

/** An older one: thinking in the content, log probabilities and `tool_choice` ignored, calls without an index. */
export const ollama = (): Profile => ({
  name: 'Ollama',
  model: 'qwen3:8b',
  rules: [],
  seen: [
    'bold84/cot_proxy#3: <think> in the content',
    'ollama/ollama#7881: no index of calls',
    'ollama/ollama#7963: stop at the end of calls',
  ],
  answers(completion, asked) {
    const { message } = completion.choices[0];
    const thought = `<think>\nOkay, the user asks about a repository.\n</think>\n\n${String(message.content ?? '')}`;
    const { logprobs: _, ...choice } = withMessage(completion, () => ({ content: thought })).choices[0];
    return { ...afterThinking({ ...completion, choices: [choice] }, asked, 12), system_fingerprint: 'fp_ollama' };
  },
  streams: (completion, asked) =>
    events(endingWithStop(wholeCalls(chunks(completion, asked), completion, (call) => call))),
});

/** With a JSON schema that it forgets every second time. */
export function llamaCpp(): Profile {
  let schemas = 0;
  return {
    name: 'llama.cpp server',
    model: 'devstral-small.gguf',
    rules: [
      {
        seen: 'mistralai/mistral-vibe#1006',
        refuses: ({ messages }) =>
          outOfOrder(messages, 'tool', 'user') || outOfOrder(messages, 'user', 'user')
            ? saying(
                'Error: Jinja Exception: After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.',
                { code: 500, type: 'server_error' },
                500,
              )
            : null,
      },
    ],
    seen: [
      'ggml-org/llama.cpp#16048: usage and timings in a chunk of their own, always',
      'ggml-org/llama.cpp#24097: a schema is taken and not enforced',
    ],
    answers(completion, { body }) {
      if (body.response_format !== undefined) schemas += 1;
      const { logprobs: _, ...choice } = completion.choices[0];
      const forgotten =
        body.response_format !== undefined && schemas % 2 === 0 && choice.message.tool_calls === undefined;
      const fenced = `Here is the JSON:\n\`\`\`json\n${String(choice.message.content)}\n\`\`\``;
      const plain = { ...completion, choices: [choice], timings: { predicted_per_second: 40 } } as typeof completion;
      return forgotten ? withMessage(plain, () => ({ content: fenced })) : plain;
    },
    streams({ timings, ...completion }) {
      const asked = { body: { stream_options: { include_usage: true } }, headers: {}, path: '', messages: [] };
      const all = chunks(completion as Parameters<typeof chunks>[0], asked);
      return events(all.map((chunk) => (chunk.usage === undefined ? chunk : { ...chunk, timings })));
    },
  };
}

const taken = new Set(['model', 'messages', 'max_tokens', 'tools', 'stream']);

/** Names in words only the field that it does not know, as older OpenAI did. */
export const strictGateway = (): Profile => ({
  name: 'a strict gateway',
  model: 'house-model',
  rules: [
    {
      seen: 'Azure/azure-sdk-for-java#40198',
      refuses({ body }) {
        const stranger = Object.keys(body).find((name) => !taken.has(name));
        return stranger === undefined ? null : saying(`Unrecognized request argument supplied: ${stranger}`);
      },
    },
  ],
  seen: [],
});
