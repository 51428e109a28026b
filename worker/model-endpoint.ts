/** Opens the model that the settings name: a real endpoint, or the offline model in a thread of its own. */
import type { Config } from '../config/config.ts';
import type { ModelRole } from '../contracts/chat.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { createOpenAiChat } from '../models/openai/chat.ts';
import { createRequire } from 'node:module';
import { openAiUrl } from '../models/openai/client.ts';

/** `identity` is the same wherever the same request may get the same reply: the built-in model has another port each time. */
export type ModelEndpoint = AsyncDisposable & { model: ChatModel; url: string | null; identity: string };

/** The model of each role where a spec names none. */
export function modelByRole({ model }: Pick<Config, 'model'>): Record<ModelRole, string> {
  const { router, specialist, judge, synthesizer } = model;
  return { router, specialist, judge, synthesizer };
}

export async function openModel(config: Config): Promise<ModelEndpoint> {
  const { baseUrl, offline } = config.model;
  const settings = { ...config.model, modelByRole: modelByRole(config) };
  if (!offline) {
    const model = createOpenAiChat({ ...settings, baseUrl });
    return { model, url: baseUrl, identity: baseUrl ?? openAiUrl, [Symbol.asyncDispose]: async () => {} };
  }
  const { startOfflineModelThread } = await import('../offline-model/thread.ts');
  // Loaded when it is needed: with a real endpoint none of it is.
  const thread = await startOfflineModelThread({ faults: config.offlineFaults });
  const model = createOpenAiChat({ ...settings, baseUrl: thread.url });
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const identity = `switchyard-offline ${version} ${config.offlineFaults ?? ''}`;
  return { model, url: thread.url, identity, [Symbol.asyncDispose]: () => thread.close() };
}
