/**
 * Separates what a model thinks from what it says, where a server leaves both in one text. Only what stands before the
 * reply is thinking: a tag in the middle of a text, in a code block or in JSON, belongs to the text.
 */
import { objectsIn } from '../../lib/json-scan.ts';
import { splitChannels } from './channels.ts';

/** `from`: where in the whole the text begins; null where it is not one piece of it. */
export type Split = { thinking: string; text: string; from: number | null };

/**
 * Tags of templates, each with its end:
 * - think: DeepSeek-R1, Qwen3 and QwQ (their model cards; vllm/reasoning/deepseek_r1_reasoning_parser.py);
 * - thinking, thought, reasoning: what models write that are asked to think in tags, and Gemini's compatible endpoint
 *   (ai.google.dev/gemini-api/docs/openai, include_thoughts);
 * - seed:think: ByteDance Seed-OSS (vllm/reasoning/seedoss_reasoning_parser.py);
 * - [THINK]: Magistral (docs.mistral.ai, Reasoning); ◁think▷: Kimi-VL; START_THINKING: Cohere Command (docs.cohere.com).
 */
export const templateTags: readonly [open: string, close: string][] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<|START_THINKING|>', '<|END_THINKING|>'],
];

export const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const oneOf = (texts: readonly string[]) => `(${texts.map(literal).join('|')})`;
const opens = oneOf(templateTags.map(([open]) => open));
const closes = oneOf(templateTags.map(([, close]) => close));
const openHere = new RegExp(opens, 'iy');
const nextInk = /\S/g;
const anyClose = new RegExp(closes, 'gi');
const anyOpen = new RegExp(opens, 'i');
/** What a template leaves around the reply itself. */
const frame = /^\s*<\|START_(?:RESPONSE|TEXT)\|>|<\|END_(?:RESPONSE|TEXT)\|>\s*$/g;

/** Linear in the text: each search goes on where the one before it ended, and one that finds nothing is the last. */
export function splitThinking(whole: string): Split {
  const channels = splitChannels(whole);
  if (channels !== null) return { ...channels, from: null };
  const thoughts: string[] = [];
  let from = 0;
  for (;;) {
    nextInk.lastIndex = from;
    openHere.lastIndex = nextInk.exec(whole)?.index ?? whole.length;
    const open = openHere.exec(whole);
    if (open === null) break;
    const begin = openHere.lastIndex;
    const close = new RegExp(literal(closeOf(open[1] ?? '')), 'gi');
    close.lastIndex = begin;
    const found = close.exec(whole);
    thoughts.push(whole.slice(begin, found?.index ?? whole.length));
    from = found === null ? whole.length : close.lastIndex;
  }
  // Templates that open the tag themselves leave the closing one alone in the reply.
  const end = thoughts.length === 0 ? endOfUnopened(whole) : null;
  if (end !== null) {
    thoughts.push(whole.slice(0, end.at));
    from = end.behind;
  }
  if (thoughts.length === 0) return { thinking: '', text: whole, from: 0 };
  const rest = whole.slice(from);
  const text = rest.replace(frame, '').trimStart();
  const at = whole.indexOf(text, from);
  return {
    thinking: thoughts
      .map((thought) => thought.trim())
      .join('\n\n')
      .trim(),
    text,
    from: at < 0 ? null : at,
  };
}

function closeOf(open: string): string {
  return templateTags.find(([name]) => name.toLowerCase() === open.toLowerCase())?.[1] ?? open;
}

/** At most so many closing tags are looked at: the thinking ends at the first that is outside of JSON and code. */
const mostCloses = 20;

function endOfUnopened(whole: string): { at: number; behind: number } | null {
  const closings = [...whole.matchAll(anyClose).take(mostCloses)];
  const [first] = closings;
  if (first === undefined || anyOpen.test(whole.slice(0, first.index))) return null;
  const last = closings.at(-1)?.index ?? 0;
  const objects: { start: number; end: number }[] = [];
  for (const object of objectsIn(whole).found) {
    if (object.start > last) break;
    objects.push(object);
  }
  const fences = [...whole.slice(0, last).matchAll(/^[ \t]*```/gm)].map(({ index }) => index);
  const found = closings.find(({ index, 0: tag }) => {
    const inJson = objects.some(({ start, end }) => start < index && index < end);
    const inCode = fences.filter((fence) => fence < index).length % 2 === 1;
    const quoted = /["'`]/.test(whole[index - 1] ?? '') || /["'`]/.test(whole[index + tag.length] ?? '');
    return !inJson && !inCode && !quoted;
  });
  return found === undefined ? null : { at: found.index, behind: found.index + found[0].length };
}
