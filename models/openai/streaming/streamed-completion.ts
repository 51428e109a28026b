/** Puts a streamed chat completion together: the object that the endpoint would have sent without streaming. */
import { parseLenientJson } from '../../reading/lenient-json.ts';
import { type EmbeddedError, embeddedError } from '../embedded-error.ts';
import { readErrorBody } from '../error-body.ts';
import type { ServerEvent } from './event-stream.ts';
import {
  appendLists,
  createCallMerger,
  deepest,
  type Fields,
  isFields,
  mergeDelta,
  noFields,
  replaceFields,
} from './merge-chunks.ts';

/** A stream that is no whole reply. */
export class BrokenStream extends Error {
  /** The error that the endpoint sent in it, where it sent one. */
  readonly sent: EmbeddedError | null;
  /** Seconds without a byte, where that is what is wrong. */
  readonly silentSeconds: number | null;
  constructor(message: string, facts: { sent?: EmbeddedError; silentSeconds?: number } = {}) {
    super(message);
    this.name = 'BrokenStream';
    this.sent = facts.sent ?? null;
    this.silentSeconds = facts.silentSeconds ?? null;
  }
}

/** `waiting`: no word of the reply yet; `speaking`: some; `finished`: its finish reason is known. */
export type StreamStage = 'waiting' | 'speaking' | 'finished';

export type StreamedCompletion = {
  stage(): StreamStage;
  /** The stream has said so itself: nothing follows. */
  isOver(): boolean;
  /** @throws BrokenStream for an error, and for what is no chunk */
  take(event: ServerEvent): void;
  /** What has come so far. */
  completion(): Fields;
  /** Characters of it that a model has written; null before the first chunk. */
  written(): number | null;
};

/** @param onText told each piece of the message's text */
export function createStreamedCompletion(onText?: (piece: string) => void): StreamedCompletion {
  const whole = noFields();
  const choice = noFields();
  const message = noFields();
  const merger = createCallMerger();
  let stage: StreamStage = 'waiting';
  let [hasBegun, isOver] = [false, false];
  const takeChoice = ({ index: _, delta, message: sent, logprobs, ...rest }: Fields): void => {
    // Some gateways stream a whole message, some repeat it whole behind its deltas.
    const more = isFields(delta) ? delta : stage === 'waiting' && isFields(sent) ? sent : {};
    const { tool_calls: calls, ...fields } = more;
    mergeDelta(message, fields);
    if (onText !== undefined) tellText(fields.content, onText);
    if (Array.isArray(calls)) merger.add(calls);
    if (isFields(logprobs)) choice.logprobs = withLists(choice.logprobs, logprobs);
    replaceFields(choice, rest);
    if (stage === 'waiting' && (merger.calls.length > 0 || lengthOf(fields) > 0)) stage = 'speaking';
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') stage = 'finished';
  };
  const takeChunk = (chunk: unknown, type: string): void => {
    if (!isFields(chunk)) return;
    throwError(chunk, type);
    hasBegun = true;
    const { choices, ...rest } = chunk;
    replaceFields(whole, rest);
    const first = Array.isArray(choices) ? choices.filter(isFields).find(({ index }) => (index ?? 0) === 0) : undefined;
    if (first !== undefined) takeChoice(first);
  };
  return {
    stage: () => stage,
    isOver: () => isOver,
    take({ type, lines }) {
      for (const data of chunksIn(lines)) {
        if (data === '[DONE]') isOver = true;
        if (isOver) return;
        takeChunk(parsed(data), type);
      }
    },
    completion: () =>
      assembled(whole, choice, { ...message, ...(merger.calls.length > 0 ? { tool_calls: merger.calls } : {}) }),
    written: () => (hasBegun ? lengthOf(message) + lengthOf(merger.calls) : null),
  };
}

/** Text comes as such, or in parts (Mistral), of which those of another type are thinking. */
function tellText(content: unknown, tell: (piece: string) => void): void {
  if (typeof content === 'string' && content !== '') tell(content);
  if (!Array.isArray(content)) return;
  for (const part of content.filter(isFields))
    if (part.type === 'text' && typeof part.text === 'string' && part.text !== '') tell(part.text);
}

function withLists(before: unknown, more: Fields): Fields {
  const target = isFields(before) ? before : noFields();
  appendLists(target, more);
  return target;
}

function assembled(whole: Fields, { finish_reason = null, logprobs = null, ...rest }: Fields, message: Fields): Fields {
  // Moonshot reports usage in the choice, Groq beside it.
  const usage = [whole.usage, rest.usage, isFields(whole.x_groq) ? whole.x_groq.usage : null].find(isFields);
  const choice = { index: 0, message: { role: 'assistant', ...message }, logprobs, finish_reason, ...rest };
  return {
    ...whole,
    object: 'chat.completion',
    choices: [choice],
    ...(usage === undefined ? {} : { usage }),
  };
}

/** The lines of one event, or each by itself where a server has left out the empty lines between events. */
function chunksIn(lines: readonly string[]): string[] {
  const whole = lines.join('\n').trim();
  if (lines.length < 2 || isJson(whole)) return whole === '' ? [] : [whole];
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function isJson(text: string): boolean {
  try {
    parseLenientJson(text);
    return true;
  } catch {
    return false;
  }
}

function parsed(data: string): unknown {
  try {
    return parseLenientJson(data);
  } catch {
    throw new BrokenStream('a chunk of the stream is not JSON');
  }
}

function throwError(chunk: Fields, type: string): void {
  const found = type === 'error' || chunk.object === 'error' || chunk.type === 'error' || Boolean(chunk.error);
  if (!found) return;
  const sent = embeddedError(chunk) ?? { status: 500, body: readErrorBody(JSON.stringify(chunk)) };
  throw new BrokenStream(sent.body.message, { sent });
}

/** Names of fields that say something about a message, and are no words of it. */
const around = new Set(['role', 'id', 'type', 'name', 'object', 'index', 'format']);

/** The characters of all texts in a value. */
function lengthOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > deepest) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + (around.has(name) ? 0 : lengthOf(inner, depth + 1)),
    0,
  );
}
