/** What the input of model calls is made of, and how much of it a provider's prompt cache can serve: pure. */
import { charactersPerToken } from '../../models/openai/token-usage.ts';
import type { WireBody } from '../../models/openai/chat-body.ts';

export type ModelInput = Pick<WireBody, 'messages' | 'tools' | 'response_format'>;

export type InputSources = {
  prompts: number;
  repositoryMap: number;
  toolSchemas: number;
  toolResults: number;
  /** Drafts under review and the places that they cite. */
  draftsAndEvidence: number;
  ownReplies: number;
};

/** In characters. */
export type InputSize = { sources: InputSources; cacheable: number };

const none: InputSources = {
  prompts: 0,
  repositoryMap: 0,
  toolSchemas: 0,
  toolResults: 0,
  draftsAndEvidence: 0,
  ownReplies: 0,
};

/** @param before the request before it in the same conversation; null for the first */
export function inputSize(input: ModelInput, before: ModelInput | null): InputSize {
  const sources = { ...none, toolSchemas: schemasOf(input).length };
  for (const message of input.messages) addMessage(sources, message);
  return { sources, cacheable: before === null ? 0 : samePrefix(textOf(input), textOf(before)) };
}

function addMessage(sources: InputSources, message: ModelInput['messages'][number]): void {
  const text = JSON.stringify(message);
  if (message.role === 'tool') sources.toolResults += text.length;
  else if (message.role === 'assistant') sources.ownReplies += text.length;
  else {
    const map = lengthOf(text, /<repository_map>.*<\/repository_map>/);
    const reviewed = lengthOf(text, /<(?:draft|earlier_draft)[ >].*<\/(?:draft|earlier_draft|evidence)>/);
    sources.repositoryMap += map;
    sources.draftsAndEvidence += reviewed;
    sources.prompts += text.length - map - reviewed;
  }
}

const lengthOf = (text: string, part: RegExp): number => part.exec(text)?.[0].length ?? 0;

const schemasOf = ({ tools = [], response_format: format }: ModelInput): string =>
  `${tools.length === 0 ? '' : JSON.stringify(tools)}${format === undefined ? '' : JSON.stringify(format)}`;

/** In the order in which providers' caches read it: what is offered first, then the messages. */
const textOf = (input: ModelInput): string =>
  [schemasOf(input), ...input.messages.map((message) => JSON.stringify(message))].join('\n');

function samePrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}

/** Requests as they were sent, in their order; those that begin with the same two messages are one conversation. */
export function inputSizes(inputs: readonly ModelInput[]): InputSize[] {
  const last = new Map<string, ModelInput>();
  return inputs.map((input) => {
    const conversation = JSON.stringify(input.messages.slice(0, 2));
    const size = inputSize(input, last.get(conversation) ?? null);
    last.set(conversation, input);
    return size;
  });
}

/** Tokens a question, by the estimate of characters a token, and the share of them that a cache can serve. */
export function inputTokens(inputs: readonly ModelInput[], questions: number) {
  const sizes = inputSizes(inputs);
  const perQuestion = (characters: number) => Math.round(characters / charactersPerToken / Math.max(1, questions));
  const sum = (of: (size: InputSize) => number) => sizes.reduce((total, size) => total + of(size), 0);
  const names = Object.keys(none) as (keyof InputSources)[];
  const bySource = { ...none };
  for (const name of names) bySource[name] = perQuestion(sum(({ sources }) => sources[name]));
  const all = sum(({ sources }) => names.reduce((total, name) => total + sources[name], 0));
  const cacheable = all === 0 ? 0 : sum((size) => size.cacheable) / all;
  return { perQuestion: perQuestion(all), bySource, cacheable: Number(cacheable.toFixed(3)) };
}
