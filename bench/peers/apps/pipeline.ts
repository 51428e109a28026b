/** The pipeline of every peer: router, specialist with tools, citation check, judge. Each function is one step. */
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming, ChatCompletionMessageParam } from 'openai/resources';
import { readPlace, searchFiles, showsQuote } from './repository-tools.ts';

export type Message = ChatCompletionMessageParam;
export type ToolTurn = {
  kind: 'tool';
  message: Message;
  name: string;
  args: Record<string, unknown>;
  callId: string;
};
export type Turn = ToolTurn | { kind: 'draft'; text: string };
export type Answer = { route: string; answer: string; accepted: boolean; verified: boolean };

const client = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL ?? null, apiKey: 'no-key', maxRetries: 0 });

async function ask(run: string, body: Omit<ChatCompletionCreateParamsNonStreaming, 'model'>) {
  const request = { model: 'stub', temperature: 0, ...body };
  const reply = await client.chat.completions.create(request, { headers: { 'x-run': run } });
  const message = reply.choices[0]?.message;
  if (message === undefined) throw new Error('the model replied without a message');
  return message;
}

const tool = (name: string, description: string, properties: Record<string, { type: string }>) => ({
  type: 'function' as const,
  function: { name, description, parameters: { type: 'object', properties } },
});
const [text, whole] = [{ type: 'string' }, { type: 'integer' }];
const tools = [
  tool('search_code', 'Searches the source code by meaning of words and identifiers and returns the best places.', {
    query: text,
    limit: whole,
  }),
  tool('read_lines', 'Shows lines of a file.', { path: text, first_line: whole, last_line: whole }),
  tool('grep', 'Finds lines that match a regular expression.', { pattern: text, path: text }),
  tool('list_files', 'Lists the paths of the files.', { path: text }),
];

const routes = '- code: specific code\n- docs: documentation\n- debug: errors\n- general: everything else';

export async function route(run: string, question: string): Promise<string> {
  const system =
    'You route questions about a code repository to the specialist who should answer. Reply with the name of exactly one route.';
  const message = await ask(run, {
    logprobs: true,
    top_logprobs: 20,
    max_tokens: 16,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: `<routes>\n${routes}\n</routes>\n<question>\n${question}\n</question>` },
    ],
  });
  return message.content ?? 'general';
}

export async function turn(run: string, messages: Message[]): Promise<Turn> {
  const message = await ask(run, { messages, tools, tool_choice: 'auto', max_tokens: 2000 });
  const call = message.tool_calls?.[0];
  if (call?.type !== 'function') return { kind: 'draft', text: message.content ?? '' };
  const args = JSON.parse(call.function.arguments) as Record<string, unknown>;
  return { kind: 'tool', message, name: call.function.name, args, callId: call.id };
}

export async function runTool(name: string, args: Record<string, unknown>): Promise<string> {
  return name === 'read_lines' ? readPlace(args) : searchFiles(String(args.query));
}

export async function verify(draft: string): Promise<boolean> {
  const { citations } = JSON.parse(draft) as { citations: Parameters<typeof showsQuote>[0][] };
  return citations.every(showsQuote);
}

export async function judge(run: string, question: string, draft: string): Promise<boolean> {
  const system =
    'You review a draft answer to a question about a code repository. Reply with {"accepted": true or false, "reasons": []}';
  const message = await ask(run, {
    response_format: { type: 'json_object' },
    max_tokens: 500,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: `<question>\n${question}\n</question>\n<draft>\n${draft}\n</draft>` },
    ],
  });
  return (JSON.parse(message.content ?? '{}') as { accepted?: boolean }).accepted === true;
}
