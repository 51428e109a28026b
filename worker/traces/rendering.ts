/** Renders what the history of a run only refers to: messages, contents, the shares of a cost, what an experiment shows. */
import { loadConversation, renderMessages } from '../../activities/agents/conversation.ts';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { aboutExperiment } from '../../activities/tracing/experiments.ts';
import type { Render, TraceExport } from '../../activities/tracing/export-spans.ts';
import { type Conversations, renderField } from '../../application/traces/render-field.ts';
import type { Config } from '../../config/config.ts';
import type { ChatMessage } from '../../contracts/chat.ts';
import { costUsd } from '../../contracts/model/price.ts';
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
  const conversations = conversationsOf({ retrieval, content: { ...content, get } });
  return (field) => renderField({ textOf: get, conversations }, field);
}

/** As the models saw them: results of tools that this machine lacks are made again. */
function conversationsOf(stores: Stores): Conversations {
  const load = (turn: string) => loadConversation(stores, turn);
  const { signal } = new AbortController();
  return {
    async before(turn) {
      const conversation = await load(turn);
      return renderMessages(stores, { ...conversation, messages: conversation.messages.slice(0, -1) }, signal);
    },
    whole: async (turn) => renderMessages(stores, await load(turn), signal),
    // A turn ends with what the model said.
    reply: async (turn) => ((await load(turn)).messages.at(-1) ?? null) as ChatMessage | null,
  };
}
