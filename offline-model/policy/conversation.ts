/** Reads a request's messages: the question, the review, what the tools have shown so far. */
import { isOfferedForeign } from '../../contracts/foreign/names.ts';
import type { ChatBody, WireMessage, WireTool } from '../server/chat-request.ts';
import { readToolText, type ToolText } from '../passages/source-text.ts';

export type OfferedTool = { name: string; description: string; parameters: Record<string, unknown> };

/** One call that was answered, in the order of the conversation. */
export type ToolRun = { name: string; argumentsText: string; text: ToolText };

export type Conversation = {
  instructions: string;
  /** The last user message that is not a complaint about an unusable reply. */
  request: string;
  question: string;
  /** Reasons of a reviewer who has sent an earlier draft back. */
  reviews: readonly string[];
  earlierDrafts: number;
  /** True when the last message complains about an unusable reply. */
  repairing: boolean;
  tools: readonly OfferedTool[];
  toolsAllowed: boolean;
  runs: readonly ToolRun[];
  /** Assistant turns that called a tool which is offered. */
  toolTurns: number;
  schema: { name: string; schema: Record<string, unknown> } | null;
  wantsJson: boolean;
};

/** Contents of all `<name …>…</name>` blocks; a block that is not closed runs to the end. */
export function blocks(text: string, name: string): { attributes: string; body: string }[] {
  const found: { attributes: string; body: string }[] = [];
  const open = new RegExp(`<${name}((?:\\s[^<>]{0,300})?)>`, 'g');
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    const from = match.index + match[0].length;
    const end = text.indexOf(`</${name}>`, from);
    found.push({ attributes: match[1] ?? '', body: text.slice(from, end < 0 ? undefined : end).trim() });
    open.lastIndex = end < 0 ? text.length : end;
  }
  return found;
}

/** The question in its own tags, in full where it is a follow-up; else the whole request. */
const questionIn = (request: string): string =>
  (blocks(request, 'standalone_question').at(0) ?? blocks(request, 'question').at(0))?.body ?? request.trim();

function toolRuns(body: ChatBody): ToolRun[] {
  const results = new Map<string, string>();
  for (const message of body.messages) {
    if (message.role === 'tool' && message.tool_call_id !== undefined)
      results.set(message.tool_call_id, message.content);
  }
  return body.messages
    .flatMap((message) => message.tool_calls ?? [])
    .flatMap((call) => {
      const result = results.get(call.id);
      if (result === undefined) return [];
      return [{ name: call.function.name, argumentsText: call.function.arguments, text: readToolText(result) }];
    });
}

const callsOffered = (message: WireMessage, tools: readonly WireTool[]): boolean =>
  (message.tool_calls ?? []).some((call) => tools.some((tool) => tool.function.name === call.function.name));

export function readConversation(body: ChatBody): Conversation {
  const users = body.messages.filter((message) => message.role === 'user').map((message) => message.content);
  const requests = users.filter((text) => blocks(text, 'problem').length === 0);
  const request = requests.find((text) => blocks(text, 'question').length > 0) ?? requests.at(-1) ?? users.at(-1) ?? '';
  const all = users.join('\n');
  const last = body.messages.at(-1);
  const format = body.response_format;
  return {
    instructions: body.messages
      .filter((message) => message.role === 'system' || message.role === 'developer')
      .map((message) => message.content)
      .join('\n'),
    request,
    question: questionIn(request),
    reviews: blocks(all, 'review').map((block) => block.body),
    earlierDrafts: blocks(all, 'earlier_draft').length,
    repairing: last?.role === 'user' && blocks(last.content, 'problem').length > 0,
    // What foreign tools give is no line of the repository, and this model quotes lines alone.
    tools: (body.tools ?? []).map((tool) => tool.function).filter(({ name }) => !isOfferedForeign(name)),
    toolsAllowed: (body.tools ?? []).length > 0 && body.tool_choice !== 'none',
    runs: toolRuns(body),
    toolTurns: body.messages.filter((message) => callsOffered(message, body.tools ?? [])).length,
    schema: format?.type === 'json_schema' ? format.json_schema : null,
    wantsJson: format !== undefined && format.type !== 'text',
  };
}
