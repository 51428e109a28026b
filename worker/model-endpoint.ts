/** Opens the model that the settings name: a real endpoint, or the offline model in a thread of its own. */
import type { Config } from '../config/config.ts';
import type { ModelRole } from '../contracts/chat.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { createOpenAiChat } from '../models/openai/chat.ts';

export type ModelEndpoint = AsyncDisposable & { model: ChatModel; url: string | null };

/** The model of each role where a spec names none. */
export function modelByRole({ model }: Pick<Config, 'model'>): Record<ModelRole, string> {
  const { router, specialist, judge, synthesizer } = model;
  return { router, specialist, judge, synthesizer };
}

export async function openModel(config: Config): Promise<ModelEndpoint> {
  const { apiKey, baseUrl, offline, timeoutSeconds, reasoningTokens, capabilities } = config.model;
  const settings = { apiKey, modelByRole: modelByRole(config), timeoutSeconds, reasoningTokens, capabilities };
  if (!offline) {
    return { model: createOpenAiChat({ ...settings, baseUrl }), url: baseUrl, [Symbol.asyncDispose]: async () => {} };
  }
  const { startOfflineModelThread } = await import('../offline-model/thread.ts');
  // Loaded when it is needed: with a real endpoint none of it is.
  const thread = await startOfflineModelThread({ faults: config.offlineFaults });
  const model = createOpenAiChat({ ...settings, baseUrl: thread.url });
  return { model, url: thread.url, [Symbol.asyncDispose]: () => thread.close() };
}
