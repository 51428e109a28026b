/** The part of OpenAI's chat request that is read here; sampling settings, tools and what else clients send are ignored. */
import { z } from 'zod';
import type { ResentTurn } from '../../application/threads/resent-conversations.ts';
import { questionMaxCharacters } from '../../contracts/run.ts';
import { schemaIssue } from '../../lib/schema-issue.ts';
import { HttpError } from '../http/http-error.ts';

const Part = z.looseObject({ type: z.string(), text: z.string().nullish() });

const Message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(Part)]).nullish(),
});

const ChatBody = z.looseObject({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1).nullish(),
});
type Message = z.infer<typeof Message>;

export type ChatRequest = {
  model: string;
  stream: boolean;
  includeUsage: boolean;
  /** The last message, of the user. */
  question: string;
  before: ResentTurn[];
};

/** @throws HttpError 400 with the field that does not fit */
export function readChatRequest(text: string): ChatRequest {
  const parsed = ChatBody.safeParse(jsonOf(text), { error: schemaIssue });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = issue?.path.join('.') ?? '';
    throw wrong(`${param === '' ? 'the body' : param} ${issue?.message ?? 'does not fit'}`, param);
  }
  const { model, messages, stream, stream_options } = parsed.data;
  const { question, before } = conversationOf(messages);
  return { model, stream: stream === true, includeUsage: stream_options?.include_usage === true, question, before };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong('the body is not JSON', '');
  }
}

/** Turns are the user's messages with what was answered to each; what a system prompt says is not read. */
function conversationOf(messages: readonly Message[]): { question: string; before: ResentTurn[] } {
  const turns: ResentTurn[] = [];
  for (const [at, message] of messages.entries()) {
    const text = textOf(message, at);
    const last = turns.at(-1);
    if (message.role === 'user') turns.push({ question: questionWithin(text), answer: null });
    else if (message.role === 'assistant' && last !== undefined && text !== '')
      last.answer = (last.answer ?? '') + text;
  }
  const asked = turns.pop();
  const param = `messages.${messages.length - 1}`;
  if (asked === undefined || messages.at(-1)?.role !== 'user')
    throw wrong('the last message must be the user’s', param);
  if (asked.question.trim() === '') throw wrong('the last message is empty', param);
  if (asked.question.length > questionMaxCharacters)
    throw wrong(`the last message has more than ${questionMaxCharacters.toLocaleString('en-US')} characters`, param);
  return { question: asked.question, before: turns };
}

/** @throws HttpError 400 for an image, a sound or a file */
function textOf({ content }: Message, at: number): string {
  if (typeof content === 'string' || content === null || content === undefined) return content ?? '';
  return content
    .map(({ type, text }, part) => {
      if (['text', 'input_text', 'output_text', 'refusal'].includes(type)) return text ?? '';
      throw wrong(
        `content of the type "${type.slice(0, 40)}" is not read here: send text`,
        `messages.${at}.content.${part}`,
      );
    })
    .join('\n');
}

/** Open WebUI's heading of a question to which it has added sources of its own. */
export const questionWithSources = /^\s*### Task:\s+Respond to the user query/;

/** What is asked where a client has put its sources around the question: the sources are the repository's here. */
function questionWithin(text: string): string {
  if (!questionWithSources.test(text)) return text;
  const [, quoted] = /<user_query>([\s\S]*?)<\/user_query>/.exec(text) ?? [];
  const end = text.lastIndexOf('</context>');
  return (quoted ?? (end === -1 ? text : text.slice(end + '</context>'.length))).trim() || text;
}

function wrong(message: string, param: string): HttpError {
  return new HttpError(400, message, { code: 'invalid_value', ...(param === '' ? {} : { param }) });
}
