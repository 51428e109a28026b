/** Remembers what an endpoint and its models take, per model for the process's life: guessed, learned or set by a file. */
import { LruMap } from '../../lib/lru.ts';
import {
  type Capabilities,
  type CapabilityName,
  capabilityNames,
  type CapabilityOverride,
  type CapabilityRow,
  type CapabilitySource,
  responseFormats,
} from '../../contracts/model/capabilities.ts';
import { familyOf, usual } from './capabilities.ts';
import type { ErrorBody } from './error-body.ts';
import type { SentBody } from './chat-body.ts';
import type { Change, Lesson } from './message-lessons.ts';
import { lessonsFrom } from './lessons.ts';

/** A lesson as it was taken: which values it put in place of which. */
export type Learned = Lesson & { before: Change };

export type CapabilityBook = {
  of(model: string): Capabilities;
  /**
   * What the refusal teaches, taken to memory: the call is worth sending once more. Null: nothing that could be left out.
   * @param useless what this call has blamed without effect
   */
  learn(model: string, sent: SentBody, refusal: ErrorBody, useless?: ReadonlySet<string>): Learned | null;
  /** Takes back a lesson that changed nothing about the refusal. */
  unlearn(model: string, lesson: Learned): void;
  /** True when the model was not known to think even so. */
  learnThinking(model: string): boolean;
  /** The name that a reply gives the model may tell its family, where the one that was asked for did not. */
  answered(model: string, sent: SentBody, answeredAs: string): void;
  rows(model: string): CapabilityRow[];
};

type Entry = { capabilities: Capabilities; sources: Record<CapabilityName, CapabilitySource>; lessons: Learned[] };

/** One line for traces and people: `logprobs: true to false`. */
export function lessonText({ change, before }: Learned): string {
  const names = capabilityNames.filter((name) => name in change);
  return names.map((name) => `${name}: ${JSON.stringify(before[name])} to ${JSON.stringify(change[name])}`).join(', ');
}

/** Models remembered; the one unused for longest goes first. */
const mostModels = 100;

export function createCapabilityBook(
  baseUrl: string,
  overrides: readonly CapabilityOverride[] = [],
  probing = false,
): CapabilityBook {
  const fromCalls = probing ? 'probed' : 'learned';
  const book = new LruMap<string, Entry>(mostModels);
  const entryOf = (model: string): Entry => {
    const known = book.get(model);
    if (known !== undefined) return known;
    const entry = firstEntry(baseUrl, model, overrides);
    book.set(model, entry);
    return entry;
  };
  return {
    of: (model) => entryOf(model).capabilities,
    learn(model, sent, refusal, useless = new Set()) {
      const entry = entryOf(model);
      const lessons = lessonsFrom(sent, refusal, entry.capabilities).filter(({ blamed }) => !useless.has(blamed));
      for (const lesson of lessons) {
        const learned = taken(entry, lesson, fromCalls);
        if (learned !== null) return learned;
      }
      return null;
    },
    unlearn(model, { change, before }) {
      const entry = entryOf(model);
      const mine = capabilityNames.filter((name) => name in change && same(entry.capabilities[name], change[name]));
      put(entry, Object.fromEntries(mine.map((name) => [name, before[name]])), 'default');
    },
    learnThinking(model) {
      const entry = entryOf(model);
      const news = entry.capabilities.thinks !== 'always' && entry.sources.thinks !== 'file';
      if (news) put(entry, { thinks: 'always' }, fromCalls);
      return news;
    },
    answered(model, sent, answeredAs) {
      const entry = entryOf(model);
      const guessed = (name: string) => entry.sources[name as CapabilityName] === 'default';
      const family = Object.entries(familyOf(baseUrl, answeredAs)).filter(([name]) => guessed(name));
      if (answeredAs !== model) put(entry, Object.fromEntries(family), 'family');
      if (!probing) return;
      for (const name of shownBy(sent)) if (entry.sources[name] !== 'file') entry.sources[name] = 'probed';
    },
    rows(model) {
      const { capabilities, sources } = entryOf(model);
      return capabilityNames.map((name) => ({ name, value: capabilities[name], source: sources[name] }));
    },
  };
}

function firstEntry(baseUrl: string, model: string, overrides: readonly CapabilityOverride[]): Entry {
  const sources = Object.fromEntries(capabilityNames.map((name) => [name, 'default'])) as Entry['sources'];
  const entry: Entry = { capabilities: usual, sources, lessons: [] };
  put(entry, familyOf(baseUrl, model), 'family');
  for (const override of overrides)
    if (fits(override.baseUrl, baseUrl) && fits(override.model, model))
      // JSON knows no undefined.
      put(entry, override.capabilities as Change, 'file');
  return entry;
}

/** `*` stands for any text. */
function fits(pattern: string, text: string): boolean {
  const trimmed = (url: string) => url.replace(/\/$/, '');
  const [first = '', ...rest] = trimmed(pattern).split('*');
  const whole = trimmed(text);
  if (rest.length === 0) return whole === first;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = whole.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return whole.startsWith(first) && whole.endsWith(last) && whole.length - last.length >= at;
}

/** Null where a file says otherwise, or where the change would go back to what an earlier lesson left. */
function taken(entry: Entry, lesson: Lesson, source: CapabilitySource): Learned | null {
  const merged = onward(entry.capabilities, lesson.change);
  const names = capabilityNames.filter((name) => name in merged);
  if (names.some((name) => entry.sources[name] === 'file')) return null;
  const goesBack = entry.lessons.some(({ before }) =>
    names.some(
      (name) => name in before && same(before[name], merged[name]) && !same(entry.capabilities[name], merged[name]),
    ),
  );
  if (goesBack) return null;
  const before = Object.fromEntries(names.map((name) => [name, entry.capabilities[name]]));
  const learned = { ...lesson, change: merged, before };
  if (names.some((name) => !same(before[name], merged[name]))) entry.lessons.push(learned);
  put(entry, merged, source);
  return learned;
}

/** What calls side by side learn adds up: none takes back what another has learned. */
function onward(known: Capabilities, change: Change): Change {
  const merged: Change = { ...change };
  const { mostOutputTokens: most, leastOutputTokens: least, mostTopLogprobs: top, responseFormat: format } = change;
  if (most != null) merged.mostOutputTokens = Math.min(most, known.mostOutputTokens ?? most);
  if (least !== undefined) merged.leastOutputTokens = Math.max(least, known.leastOutputTokens);
  if (top !== undefined) merged.mostTopLogprobs = Math.min(top, known.mostTopLogprobs);
  if (format !== undefined)
    merged.responseFormat =
      responseFormats[Math.max(responseFormats.indexOf(format), responseFormats.indexOf(known.responseFormat))] ??
      format;
  if (change.toolChoice !== undefined)
    merged.toolChoice = known.toolChoice.filter((value) => change.toolChoice?.includes(value));
  if (change.reasoningEffort !== undefined)
    merged.reasoningEffort = known.reasoningEffort.filter((value) => change.reasoningEffort?.includes(value));
  for (const name of ['giveBack', 'refusedMessageFields'] as const)
    if (change[name] !== undefined) merged[name] = [...new Set([...known[name], ...change[name]])];
  return merged;
}

/** What a body that was answered shows to be taken. */
function shownBy(sent: SentBody): CapabilityName[] {
  const roles = sent.messages.map(({ role }) => role);
  const follows = (first: string, second: string) =>
    roles.some((role, at) => role === second && roles[at - 1] === first);
  const calls = sent.messages.map((each) => (each.role === 'assistant' ? (each.tool_calls?.length ?? 0) : 0));
  const shown: Record<string, boolean> = {
    limitField: true,
    temperature: sent.temperature != null,
    logprobs: sent.logprobs === true,
    mostTopLogprobs: (sent.top_logprobs ?? 0) > 1,
    responseFormat: sent.response_format != null,
    toolChoice: sent.tool_choice != null,
    toolsNeedChoice: sent.tools !== undefined,
    toolSchemas: sent.tools !== undefined,
    parallelToolCalls: Math.max(...calls) > 1,
    toolCallIds: Math.max(...calls) > 0,
    emptyContent: sent.messages.some(({ content }, at) => content === '' && (calls[at] ?? 0) > 0),
    instructionsRole: roles.some((role) => role === 'system' || role === 'developer'),
    afterTool: follows('tool', 'user'),
    alternatingRoles: follows('user', 'user'),
    reasoningEffort: sent.reasoning_effort != null,
    streaming: sent.stream === true,
    streamOptions: sent.stream_options != null,
  };
  return capabilityNames.filter((name) => shown[name] === true);
}

function put(entry: Entry, change: Change, source: CapabilitySource): void {
  entry.capabilities = { ...entry.capabilities, ...change };
  for (const name of capabilityNames) if (name in change) entry.sources[name] = source;
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
