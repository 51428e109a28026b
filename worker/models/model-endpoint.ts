/** Opens the model that the settings name: a real endpoint, or the offline model in a thread of its own. */
import type { Config } from '../../config/config.ts';
import type { ModelRole } from '../../contracts/chat.ts';
import type { ChatModel } from '../../models/chat-model.ts';
import { openAiUrl } from '../../models/openai/addresses.ts';
import type { createOpenAiChat } from '../../models/openai/chat.ts';
import type { OpenCircuit } from '../../contracts/model/circuit.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { EndpointName } from '../../contracts/model/limits.ts';
import type { SlotLimiter } from '../../models/slot-limiter.ts';
import type { Logger } from '../../observability/logging.ts';
import { reportCircuits } from './circuits.ts';
import { counted } from './model-queues.ts';
import { shownAddress } from '../../lib/redaction.ts';
import { withCircuits } from '../../models/circuit-breaker.ts';
import { fingerprintOf, packageVersion } from '../../lib/own-files.ts';

/** `identity` is the same wherever the same request may get the same reply: the built-in model has another port each time. */
export type ModelEndpoint = AsyncDisposable & {
  model: ChatModel;
  url: string | null;
  identity: string;
  /** Where fallback models are asked, where that is another endpoint. */
  fallback?: { model: ChatModel; endpoint: string };
};

/** The model of each role where a spec names none. */
export function modelByRole({ model }: Pick<Config, 'model'>): Record<ModelRole, string> {
  const { router, specialist, judge, synthesizer } = model;
  return { router, specialist, judge, synthesizer };
}

/** @param onCircuits told of an endpoint's circuits that are open, whenever that changes */
export async function openModel(config: Config, onCircuits: OnCircuits = () => {}): Promise<ModelEndpoint> {
  const { baseUrl, offline } = config.model;
  const settings = { ...config.model, modelByRole: modelByRole(config) };
  const guarded = (model: ChatModel, endpoint: string) => {
    const onChange = (open: readonly OpenCircuit[]) => onCircuits(endpoint, open);
    return withCircuits(model, { settings: config.model.circuit, endpoint, onChange, ...settings });
  };
  // Loaded here, and not with this file: a worker that starts is waiting for the server at this moment.
  const { createOpenAiChat: create } = await import('../../models/openai/chat.ts');
  const other = fallbackOf(config, create, guarded);
  if (!offline) {
    const url = baseUrl ?? openAiUrl;
    const model = guarded(create({ ...settings, baseUrl }), shownAddress(url));
    return { model, url: baseUrl, identity: url, ...other, [Symbol.asyncDispose]: async () => {} };
  }
  const { startOfflineModelThread } = await import('../../offline-model/thread.ts');
  // Loaded when it is needed: with a real endpoint none of it is.
  const thread = await startOfflineModelThread({ faults: config.offlineFaults, paceMs: config.offlinePaceMs });
  const model = guarded(create({ ...settings, baseUrl: thread.url }), 'the offline model');
  const version = packageVersion();
  // Its code is what answers: another one is another model, whatever its version says.
  const code = fingerprintOf(['offline-model'], version).slice(0, 12);
  const identity = `switchyard-offline ${version} ${code} ${config.offlineFaults ?? ''}`;
  return { model, url: thread.url, identity, ...other, [Symbol.asyncDispose]: () => thread.close() };
}

/** The same within limits: its tokens count against them, and what it leaves alone is told. */
export async function openLimitedModel(
  config: Config,
  limiters: Record<EndpointName, SlotLimiter>,
  log: Logger,
): Promise<ModelEndpoint> {
  const circuits = reportCircuits(dataPaths(config.dataDirectory).circuits, log);
  const { model, fallback, ...endpoint } = await openModel(config, circuits.tell);
  return {
    ...endpoint,
    model: counted(model, limiters.model),
    ...(fallback && { fallback: { ...fallback, model: counted(fallback.model, limiters.fallback) } }),
    [Symbol.asyncDispose]: async () => {
      circuits[Symbol.dispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

type OnCircuits = (endpoint: string, open: readonly OpenCircuit[]) => void;

/** Another provider: it gets neither the headers nor the name of the key's header of the first one. */
function fallbackOf(
  config: Config,
  create: typeof createOpenAiChat,
  guarded: (model: ChatModel, endpoint: string) => ChatModel,
): Pick<ModelEndpoint, 'fallback'> {
  const { fallback, access } = config.model;
  if (fallback === null) return {};
  const settings = { ...config.model, ...fallback, modelByRole: modelByRole(config), extraBody: {} };
  const model = create({ ...settings, access: { ...access, keyHeader: null, headers: {} } });
  return { fallback: { model: guarded(model, shownAddress(fallback.baseUrl)), endpoint: fallback.baseUrl } };
}
