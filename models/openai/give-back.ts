/**
 * What an endpoint gives with a reply and wants back with the conversation: thinking, thought signatures, encrypted
 * reasoning. It is kept with the stored turn, goes back to the endpoint and model that gave it alone, and is shown nowhere.
 */
import { createHash } from 'node:crypto';
import type { ChatMessage, ChatToolCall, GiveBack, GivenFields } from '../../contracts/chat.ts';

/**
 * Fields that nobody but the endpoint reads, of a message and of a tool call:
 * - `extra_content`: Gemini's compatible endpoint (ai.google.dev/gemini-api/docs/thought-signatures, "OpenAI compatibility");
 * - `reasoning_details`: OpenRouter (openrouter.ai/docs/use-cases/reasoning-tokens, "Preserving reasoning blocks");
 * - `thinking_blocks`, `provider_specific_fields`: LiteLLM (docs.litellm.ai/docs/reasoning_content, docs/providers/gemini).
 */
const opaque = [
  'extra_content',
  'reasoning_details',
  'thinking_blocks',
  'encrypted_content',
  'thought_signature',
  'signature',
] as const;
/** Given to every reply, and wanted back for what is signed in it alone. */
const signedOnly = 'provider_specific_fields';

/**
 * Thinking as text. In a loop of tool calls DeepSeek (api-docs.deepseek.com/guides/thinking_mode, "Tool Calls"), Kimi
 * (platform.moonshot.ai, kimi-k2-thinking) and gpt-oss (cookbook.openai.com, harmony) want it with the calls; older
 * deepseek-reasoner refuses it.
 */
const thoughts = ['reasoning_content', 'reasoning'] as const;

/** Never cut: what would be longer is not kept. */
const mostCharacters = 2_000_000;

/** Names an endpoint and a model without telling either. */
export function originOf({ baseUrl, model }: { baseUrl: string; model: string }): string {
  return createHash('sha256').update(`${baseUrl}\n${model}`).digest('hex').slice(0, 16);
}

type Raw = Readonly<Record<string, unknown>>;

/** What a reply's message and its calls give to keep; nothing where they give nothing. */
export function givenWith(message: Raw, calls: readonly ChatToolCall[], origin: string): { giveBack?: GiveBack } {
  const fields = fieldsOf(message, [...opaque, ...thoughts]);
  const nothing = Object.keys(fields).length === 0 && calls.every(({ giveBack }) => giveBack === undefined);
  return nothing ? {} : { giveBack: { origin, fields } };
}

/** The same of a tool call. LiteLLM writes a signature into the id (BerriAI/litellm#16893): it is kept beside ours. */
export function givenWithCall(call: Raw, id: string): Pick<ChatToolCall, 'giveBack'> {
  const inner = typeof call.function === 'object' && call.function !== null ? (call.function as Raw) : {};
  const own = fieldsOf(call, opaque);
  const nested = fieldsOf(inner, opaque);
  const fields = {
    ...own,
    ...(Object.keys(nested).length === 0 ? {} : { function: nested }),
    ...(tellsMore(id) ? { id } : {}),
  };
  return Object.keys(fields).length === 0 ? {} : { giveBack: fields };
}

/** True of an id that carries something. */
export const tellsMore = (id: string): boolean => id.length > 100 || id.includes('__thought__');

function fieldsOf(raw: Raw, names: readonly string[]): GivenFields {
  const present = [...names, signedOnly].filter((name) => {
    const value = raw[name];
    if (value === undefined || value === null || value === '') return false;
    return name !== signedOnly || /signature|encrypted/i.test(JSON.stringify(value));
  });
  const fields = Object.fromEntries(present.map((name) => [name, raw[name]]));
  return JSON.stringify(fields).length > mostCharacters ? {} : fields;
}

/** What an endpoint and model were found to want and to refuse: fields of the assistant's messages. */
export type GiveBackRules = { giveBack: readonly string[]; refusedMessageFields: readonly string[] };

/**
 * The conversation with what this endpoint and model gave before, and nothing that another did. Opaque fields always go
 * back; thinking does with tool calls, and with every turn where it is wanted.
 */
export function withGiven(messages: readonly ChatMessage[], origin: string, rules: GiveBackRules): ChatMessage[] {
  let ids = new Map<string, string>();
  return messages.map((message): ChatMessage => {
    if (message.role === 'tool') return { ...message, callId: ids.get(message.callId) ?? message.callId };
    if (message.role !== 'assistant') return message;
    const { giveBack: given, toolCalls, ...plain } = message;
    const ours = given?.origin === origin;
    const calls = toolCalls.map(({ giveBack, ...call }) =>
      ours && giveBack !== undefined ? { ...call, giveBack } : call,
    );
    ids = new Map(
      calls.flatMap(({ id, giveBack }: ChatToolCall) => (typeof giveBack?.id === 'string' ? [[id, giveBack.id]] : [])),
    );
    const fields = sendable(ours ? given.fields : {}, calls.length > 0, rules);
    return {
      ...plain,
      toolCalls: calls,
      ...(Object.keys(fields).length === 0 ? {} : { giveBack: { origin, fields } }),
    };
  });
}

function sendable(given: GivenFields, calls: boolean, { giveBack, refusedMessageFields }: GiveBackRules): GivenFields {
  const isThought = (name: string) => thoughts.some((each) => each === name);
  const kept = Object.entries(given).filter(
    ([name]) => !refusedMessageFields.includes(name) && (!isThought(name) || calls || giveBack.includes(name)),
  );
  // A turn that was not thought about, where the endpoint wants thinking with every call: a space passes for some.
  const missing = thoughts.filter((name) => calls && giveBack.includes(name) && !Object.hasOwn(given, name));
  return Object.fromEntries([...kept, ...missing.map((name) => [name, ' '] as const)]);
}

/** Values that no error message may repeat. */
export function secretsIn(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => {
    if (message.role !== 'assistant') return [];
    return [message.giveBack?.fields, ...message.toolCalls.map(({ giveBack }) => giveBack)].flatMap(opaqueTexts);
  });
}

/** Texts without a space in them: signatures and what is encrypted, not thinking. */
function opaqueTexts(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 16 && !/\s/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(opaqueTexts) : [];
}
