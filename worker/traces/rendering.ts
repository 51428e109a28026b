/** Renders what the history of a run only refers to: messages, contents, the shares of a cost, what an experiment shows. */
import { loadConversation, renderMessages } from '../../activities/agents/conversation.ts';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { aboutExperiment } from '../../activities/tracing/experiments.ts';
import type { Render, TraceExport } from '../../activities/tracing/export-spans.ts';
import { rewriteRequest } from '../../agents/rewriter.ts';
import { routerRequest } from '../../agents/router.ts';
import { specialistMessages } from '../../agents/specialist.ts';
import type { Config } from '../../config/config.ts';
import type { RouteCall } from '../../contracts/agent-calls.ts';
import type { ChatToolCall } from '../../contracts/chat.ts';
import { costUsd } from '../../contracts/model/price.ts';
import type { RewriteCall } from '../../contracts/threads/calls.ts';
import type { TraceField } from '../../contracts/trace.ts';
import { messageOf } from '../../lib/errors.ts';
import { foldersOf } from '../benchmarks.ts';

export type Stores = Pick<ActivityDependencies, 'content' | 'retrieval'> &
  Partial<Pick<ActivityDependencies, 'prices'>>;

export function renderingOver(
  config: Config,
  stores: Stores,
): Pick<TraceExport, 'renderer' | 'aboutExperiment' | 'costOf'> {
  const folders = foldersOf(config);
  return {
    renderer: () => rendererOver(stores),
    aboutExperiment: (experiment) => aboutExperiment(folders, experiment),
    costOf: (model, usage) => {
      const price = stores.prices?.of(model).price ?? null;
      const input = costUsd(price, { ...usage, outputTokens: 0 });
      const all = costUsd(price, usage);
      return input === null || all === null ? null : { input, output: all - input };
    },
  };
}

function rendererOver({ content, retrieval }: Stores): Render {
  const read = new Map<string, Promise<string>>();
  const get = (id: string) => {
    const text = read.get(id) ?? content.get(id);
    read.set(id, text);
    return text;
  };
  return (field) => renderField({ retrieval, content: { ...content, get } }, field);
}

/** The text that the model saw or gave; a note where this machine does not hold it. */
async function renderField(stores: Stores, field: TraceField): Promise<unknown> {
  try {
    if (field.kind === 'value') return field.value;
    if (field.kind === 'content') return await stores.content.get(field.id);
    if (field.kind === 'call') return await askedBy(stores, field);
    const conversation = await loadConversation(stores, field.turn);
    if (field.part === 'reply') return conversation.messages.slice(-1).map(shown)[0] ?? null;
    const before = { ...conversation, messages: conversation.messages.slice(0, -1) };
    return (await renderMessages(stores, before, new AbortController().signal)).map(shown);
  } catch (error) {
    return `[not held by the machine that exported this: ${messageOf(error)}]`;
  }
}

/** The messages of a call that left no turn: of a router's, and of an attempt that failed. */
async function askedBy(stores: Stores, { activity, call }: Extract<TraceField, { kind: 'call' }>): Promise<unknown> {
  const given = call as Partial<RouteCall & { kind: string; turn: string; specialist: { prompt: string } }>;
  if (activity === 'routeQuestion') {
    const { question = '', router, routes = [], refused } = given;
    return router === undefined ? call : routerRequest(question, router, routes, refused).messages.map(shown);
  }
  const asRewrite = call as Partial<RewriteCall>;
  if (activity === 'rewriteQuestion')
    return asRewrite.rewrite === undefined ? call : rewriteRequest(asRewrite as RewriteCall).messages.map(shown);
  if (given.turn !== undefined) {
    const conversation = await loadConversation(stores, given.turn);
    return (await renderMessages(stores, conversation, new AbortController().signal)).map(shown);
  }
  const { question, specialist } = given;
  if (question === undefined || specialist === undefined) return call;
  return specialistMessages(specialist, { question, review: [], earlierAnswer: null, map: null });
}

/** In the form that viewers of traces know, without what only the endpoint reads. */
function shown(message: { role: string }): unknown {
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
