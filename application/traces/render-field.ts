/** Renders what the spans of a trace only refer to: what models were asked and replied, and what tools gave. */
import { rewriteRequest } from '../../agents/rewriter.ts';
import { routerRequest } from '../../agents/router.ts';
import { specialistMessages } from '../../agents/specialist.ts';
import type { RouteCall } from '../../contracts/agent-calls.ts';
import type { ChatMessage, ChatToolCall } from '../../contracts/chat.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { RewriteCall } from '../../contracts/threads/calls.ts';
import type { TraceField } from '../../contracts/trace.ts';
import { messageOf } from '../../lib/errors.ts';

/** Stored conversations, each named by its last turn. */
export type Conversations = {
  /** What the model had been told before the reply of that turn. */
  before(turn: ContentId): Promise<ChatMessage[]>;
  /** The same, and the reply. */
  whole(turn: ContentId): Promise<ChatMessage[]>;
  reply(turn: ContentId): Promise<ChatMessage | null>;
};

export type FieldSources = { textOf(id: ContentId): Promise<string>; conversations: Conversations };

/** @returns a value, or the text that the model saw or gave; a note where this machine does not hold it */
export async function renderField({ textOf, conversations }: FieldSources, field: TraceField): Promise<unknown> {
  try {
    if (field.kind === 'value') return field.value;
    if (field.kind === 'content') return await textOf(field.id);
    if (field.kind === 'call') return await askedBy(conversations, field);
    if (field.part === 'before') return (await conversations.before(field.turn)).map(shown);
    const reply = await conversations.reply(field.turn);
    return reply === null ? null : shown(reply);
  } catch (error) {
    return `[not held by the machine that rendered this: ${messageOf(error)}]`;
  }
}

/** The messages of a call that left no turn: of a router's, and of an attempt that failed. */
async function askedBy(
  conversations: Conversations,
  { activity, call }: Extract<TraceField, { kind: 'call' }>,
): Promise<unknown> {
  const given = call as Partial<RouteCall & { kind: string; turn: string; specialist: { prompt: string } }>;
  if (activity === 'routeQuestion') {
    const { question = '', router, routes = [], refused } = given;
    return router === undefined ? call : routerRequest(question, router, routes, refused).messages.map(shown);
  }
  const asRewrite = call as Partial<RewriteCall>;
  if (activity === 'rewriteQuestion')
    return asRewrite.rewrite === undefined ? call : rewriteRequest(asRewrite as RewriteCall).messages.map(shown);
  if (given.turn !== undefined) return (await conversations.whole(given.turn)).map(shown);
  const { question, specialist } = given;
  if (question === undefined || specialist === undefined) return call;
  return specialistMessages(specialist, { question, review: [], earlierAnswer: null, map: null });
}

/** In the form that viewers of traces know, without what only the endpoint reads. */
function shown(message: ChatMessage): unknown {
  const {
    giveBack: _,
    toolCalls,
    callId,
    ...rest
  } = message as Record<string, unknown> & { toolCalls?: ChatToolCall[] };
  const called = (toolCalls ?? []).map(({ id, name, argumentsText }) => {
    return { id, type: 'function', function: { name, arguments: argumentsText } };
  });
  return {
    ...rest,
    ...(callId === undefined ? {} : { tool_call_id: callId }),
    ...(called.length === 0 ? {} : { tool_calls: called }),
  };
}
