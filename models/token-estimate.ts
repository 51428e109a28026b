/**
 * An upper estimate of a request's input tokens. No tokenizer fits every provider, so bytes are counted, and what an
 * endpoint has reported for a model corrects the count:
 *
 * 1. Before anything is known: a token for each UTF-8 byte. No tokenizer makes more of a text.
 * 2. After that: so many tokens for each unit (see `unitsOf`) as were seen at most, and half as many more, since the next
 *    text may be harder than those seen. By four tokenizers (o200k, cl100k, p50k, Llama 2) prose and source have 0.5 to
 *    0.75 tokens a unit; what is hardest beside them (digits, hashes, base64, other scripts) has at most 1.45 times that.
 * 3. A conversation that goes on: what its last turn was reported to take, plus rule 2 for the messages since.
 * 4. Never more than rule 1, plus what was once reported beyond it (instructions that an endpoint adds itself).
 * 5. An endpoint that reports nothing is counted by `countUsage` in characters, and so is the estimate.
 */
import type { Usage } from '../contracts/chat.ts';
import type { WireBody } from './openai/chat-body.ts';
import { charactersPerToken } from './openai/token-usage.ts';
import { LruMap } from '../lib/lru.ts';

/** The first `messages` messages of a request, and all that is beside messages, were reported to take `tokens`. */
export type ReportedPart = { tokens: number; messages: number };

export type TokenBook = {
  /** @param part of the request that is known already */
  estimate(model: string, body: WireBody, part: ReportedPart | null): number;
  /** @param usage of one reply; null when the endpoint reported none */
  learn(model: string, sent: Input, usage: Pick<Usage, 'inputTokens'> | null): void;
};

/** What of a body a model reads. */
type Input = Pick<WireBody, 'messages' | 'tools' | 'response_format'>;

type Seen = { ratio: number; beyond: number; reports: boolean };

const ratioMargin = 1.5;
/** Tokens a unit, however few were seen. */
const leastRatio = 0.75;
/** For what a template adds around a message that was the last one, and is not any more. */
const reportedMargin = 1.02;
const reportedSlack = 16;
/** Models remembered; the one unused for longest goes first. */
const mostModels = 100;

export function createTokenBook(): TokenBook {
  const book = new LruMap<string, Seen>(mostModels);
  return {
    estimate(model, body, part) {
      const seen = book.get(model);
      if (seen?.reports === false) return Math.ceil(sentCharacters(body) / charactersPerToken);
      const input = inputOf(body);
      const whole = bytesOf(input) + (seen?.beyond ?? 0);
      const many = (texts: string): number =>
        seen === undefined
          ? bytesOf(texts)
          : Math.ceil(unitsOf(texts) * Math.max(leastRatio, seen.ratio * ratioMargin));
      if (part === null) return Math.min(whole, many(input));
      const fresh = many(JSON.stringify(body.messages.slice(part.messages)));
      return Math.min(whole, Math.ceil(part.tokens * reportedMargin) + reportedSlack + fresh);
    },
    learn(model, sent, usage) {
      const before = book.get(model) ?? { ratio: 0, beyond: 0, reports: usage !== null };
      book.set(model, usage === null ? before : withReport(before, inputOf(sent), usage.inputTokens));
    },
  };
}

function withReport({ ratio, beyond }: Seen, input: string, tokens: number): Seen {
  return {
    ratio: Math.max(ratio, tokens / unitsOf(input)),
    beyond: Math.max(beyond, tokens - bytesOf(input)),
    reports: true,
  };
}

/** All that a model reads. As JSON it is longer than what a template makes of it. */
function inputOf({ messages, tools, response_format: format }: Input): string {
  return JSON.stringify([messages, tools ?? [], format ?? {}]);
}

/** What `countUsage` is told was sent. */
export function sentCharacters({ messages, tools }: Input): number {
  return JSON.stringify(messages).length + JSON.stringify(tools ?? []).length;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

const lettersPerUnit = 4;
const spacesPerUnit = 4;
/** Letters and digits in a row beyond this are hardly language: base64, hashes, sequences. */
const longestWord = 16;

/**
 * About the tokens that a weak tokenizer makes, at least: four letters of a word (a new one begins at a capital), one
 * digit, one other sign, one byte beyond ASCII, one letter of what is too long for a word. A single space belongs to the
 * word after it.
 */
export function unitsOf(text: string): number {
  let units = 0;
  let letters = 0;
  let inARow = 0;
  let spaces = 0;
  let afterSmall = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const small = code >= 97 && code <= 122;
    const letter = small || (code >= 65 && code <= 90);
    letters = !letter ? 0 : afterSmall && !small ? 1 : letters + 1;
    inARow = letter || (code >= 48 && code <= 57) ? inARow + 1 : 0;
    spaces = code === 32 ? spaces + 1 : 0;
    afterSmall = small;
    if (letter) units += inARow > longestWord || letters % lettersPerUnit === 1 ? 1 : 0;
    else if (code === 32) units += spaces % spacesPerUnit === 2 ? 1 : 0;
    else units += code < 128 ? 1 : utf8Length(code);
  }
  return Math.max(1, units);
}

/** Of one UTF-16 unit: both halves of a pair together make four. */
function utf8Length(code: number): number {
  if (code < 0x800) return 2;
  return code >= 0xd800 && code <= 0xdfff ? 2 : 3;
}
