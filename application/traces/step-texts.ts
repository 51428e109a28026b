/** What a step of a run was asked and what it gave, out of the store of this machine: for those who look at one step. */
import { createCipher } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { redactorOf } from '../../config/redactor.ts';
import type { ChatMessage } from '../../contracts/chat.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { StoredMessage, StoredTurn } from '../../contracts/stored-turn.ts';
import type { TraceSpan } from '../../contracts/trace.ts';
import { type ContentStore, createContentStore } from '../../retrieval/store/content-store.ts';
import { type Conversations, renderField } from './render-field.ts';

/** Null where a step has nothing of it. Secrets are taken out, as they are of traces. */
export type StepTexts = { input: unknown; output: unknown; thinking: unknown };

export type StepReader = {
  textsOf(span: Pick<TraceSpan, 'input' | 'output' | 'thinking'>): Promise<StepTexts>;
};

/**
 * Opens the store that the settings name, for as long as the process lives.
 * @throws StoreUnavailable where workers share a store that does not answer
 */
export async function openStepReader(settings: Config): Promise<StepReader> {
  const cipher = createCipher(settings.encryption.keys);
  const own = createContentStore(dataPaths(settings.dataDirectory).content, cipher);
  const redactor = redactorOf(settings);
  const readerOf = (content: Pick<ContentStore, 'get'>): StepReader['textsOf'] => {
    const sources = { textOf: (id: ContentId) => content.get(id), conversations: conversationsIn(content) };
    const clean = async (field: TraceSpan['input'] | undefined) =>
      field == null ? null : redactor.value(await renderField(sources, field));
    return async ({ input, output, thinking }) => {
      return { input: await clean(input), output: await clean(output), thinking: await clean(thinking) };
    };
  };
  if (settings.sharedStore === null) return { textsOf: readerOf(own) };
  // Loaded by those alone who use it.
  const { openDatabase } = await import('../../shared-store/database.ts');
  const { createSharedContent } = await import('../../shared-store/content.ts');
  const database = await openDatabase(settings.sharedStore);
  return { textsOf: readerOf(createSharedContent(database, cipher, own)) };
}

/** As they are stored: results of tools are whole, also where the model was shown a place once. */
function conversationsIn(content: Pick<ContentStore, 'get'>): Conversations {
  const load = async (last: ContentId): Promise<StoredMessage[]> => {
    const turns: StoredMessage[][] = [];
    for (let id: ContentId | null = last; id !== null; ) {
      const turn = JSON.parse(await content.get(id)) as StoredTurn;
      turns.unshift(turn.messages);
      id = turn.previous;
    }
    return turns.flat();
  };
  const told = (messages: readonly StoredMessage[]) => Promise.all(messages.map((message) => asChat(content, message)));
  return {
    before: async (turn) => told((await load(turn)).slice(0, -1)),
    whole: async (turn) => told(await load(turn)),
    reply: async (turn) => (await told((await load(turn)).slice(-1)))[0] ?? null,
  };
}

async function asChat(content: Pick<ContentStore, 'get'>, message: StoredMessage): Promise<ChatMessage> {
  if (message.role !== 'tool-answer') return message;
  return { role: 'tool', callId: message.callId, content: await content.get(message.content) };
}
