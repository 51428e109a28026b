/** Reads by meaning what a refusal complains about, however it is worded. */
import type { ErrorBody } from './error-body.ts';

/** What an endpoint can refuse without the call losing its sense, and the tools, without which it has none. */
export type Blamed =
  | 'limit'
  | 'temperature'
  | 'logprobs'
  | 'response_format'
  | 'tool_choice'
  | 'reasoning_effort'
  | 'stream_options'
  | 'stream'
  | 'instructions'
  | 'parallel_tool_calls'
  | 'tool_schemas'
  | 'tool_call_ids'
  | 'empty_content'
  | 'last_message'
  | 'order'
  | 'tools';

/** In small letters, all that is no letter and no digit as one space: `max_tokens`, "Max-Tokens" and "max  tokens" are one. */
export function plainWords(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
}

const names: readonly [Exclude<Blamed, 'last_message' | 'order' | 'tools'>, RegExp][] = [
  [
    'limit',
    /max ?(completion |output |new )?tokens?\b|max(completion|output|new)tokens\b|\b(completion|output) tokens\b/,
  ],
  ['temperature', /temperature/],
  ['logprobs', /log ?prob(s|abilit(y|ies))?\b|\b(token|log) ?likelihoods?\b|\bprobabilit(y|ies)\b/],
  [
    'response_format',
    /response ?(format|schema|mime ?type)|\bjson ?(schema|object|mode|output)|structured ?(output|response|generation)|guided ?(json|decoding)/,
  ],
  ['tool_choice', /\btool ?choice/],
  ['reasoning_effort', /reasoning ?effort|support thinking|\bthinking ?(level|budget|config)/],
  ['stream_options', /stream ?options?\b|include ?usage/],
  ['stream', /\bstream(ing|ed|s)?\b|server sent events/],
  [
    'instructions',
    /\b(system|developer) ?(role|message|prompt|instruction)s?\b|\broles? (is |of )?(system|developer)\b|support (the )?(system|developer)\b|got (system|developer)\b|\b(system|developer) (is|are) not\b/,
  ],
  [
    'parallel_tool_calls',
    /parallel ?(tool|function) ?call|single (tool|function) ?call|\b(one|multiple|several) (tool|function) ?calls?\b/,
  ],
  [
    'tool_schemas',
    /\badditional ?properties\b|\bfunction ?declarations?\b|\btools? ?(\d+ )?(function )?(parameters|(input ?)?schemas?)\b|\b(schemas?|parameters) (of|for|in) (the |a )?(tool|function)|\b(any|one|all) ?of\b.{0,60}\b(tool|function|schema|parameters)\b/,
  ],
  [
    'tool_call_ids',
    /\b(tool|function) ?(calls?|use)( \d+)? ids?\b.{0,80}\b(length|characters|pattern|match\w*|duplicat\w*|unique|repeated|already|too long|alphanumeric|must be|format)\b|\b(duplicat\w*|invalid|repeated)\b.{0,40}\btool ?(calls?|use)( \d+)? ids?\b|\btool ?(calls? )?results? do(es)? not follow\b/,
  ],
  [
    'empty_content',
    /\bcontents?\b.{0,80}\b(empty|blank|null|none|min ?length|too short|valid string|expected string|at least (1|one) char\w*)\b|\b(empty|blank)\b.{0,40}\b(contents?|text)\b|\btext\b.{0,80}\b(non ?empty|blank|must not be empty|cannot be empty)\b/,
  ],
];

const toolWords =
  /\b(tools?( ?(use|usage|calls?|calling|param|parameter|field))?|function ?(calls?|calling|tools?)|functions)\b/;
const refuses =
  /\b(not|n t|no|none|never|neither|cannot|can t|without|don t|doesn t|isn t|aren t)\b.{0,80}\b(support|capab|accept|enabl|allow|avail|offer|handl|permit|recogni|implement|understand|possib|compatib|provid|tak(e|es|ing)\b)|\b(unsupported|unknown|unrecognized|unrecognised|unavailable|unexpected|extraneous|disabled|deprecated|forbidden)\b|\bnot (yet )?(supported|available)|extra (inputs|fields)|only supports?\b/;
/** About what a tool's description says, or what was called, and not about tools as such. */
const aboutOneTool =
  /schema|propert|argument|pattern|duplicate|too many|at most|invalid function|function name|tool name|keyword|declaration|\btools? \d|tool ?(calls?|use) ids?\b/;

/** True: the model, or the server as it was started, takes no tools at all. */
export function refusesTools(message: string): boolean {
  const words = plainWords(message);
  if (/\btool ?choice/.test(words) && !/enable auto tool choice/.test(words)) return false;
  return (
    startedWithoutTools(message) !== null || (toolWords.test(words) && refuses.test(words) && !aboutOneTool.test(words))
  );
}

/** The options that a server lacks, in its own words: vLLM (vllm-project/vllm#9986) and llama.cpp (defilantech/LLMKube#126). */
export function startedWithoutTools(message: string): string | null {
  const words = plainWords(message);
  if (/enable auto tool choice|tool call parser/.test(words)) return '--enable-auto-tool-choice and --tool-call-parser';
  return /tools?.{0,40}requires?.{0,20}jinja/.test(words) ? '--jinja' : null;
}

/** No field is named, but what is wrong is one of those that were sent: OpenRouter, block/buzz#3018. */
export function refusesSomeField(message: string): boolean {
  const words = plainWords(message);
  return (
    /\b(requested|given|provided|some|these|those|such|all|following) (request )?(parameter|argument|field|option)s\b/.test(
      words,
    ) &&
    (refuses.test(words) || /no endpoints? found/.test(words))
  );
}

const roleWords = /\b(system|developer|user|assistant|tool)\b/g;
const orderWords =
  /\b(after|before|between|follow(s|ed|ing)?|preced(e|es|ed|ing)|alternat(e|es|ing)|order|sequence|consecutive|in a row|in turns?|next to|expect(s|ed)?)\b/;

/** Roles are listed, without the one of instructions: "Input should be 'user', 'assistant' or 'tool'". */
export function listsOtherRoles(message: string): boolean {
  const words = plainWords(message);
  return (
    /\broles?\b.{0,80}\b(should|must|one of|expect\w*|allowed|only|valid)\b.{0,40}\b(user assistant|user or assistant|user and assistant|assistant user)\b/.test(
      words,
    ) && !/\b(system|developer)\b/.test(words)
  );
}

/** A request may not end with the results of tools. */
export function aboutLastMessage(message: string): boolean {
  return /\b(last|final)\b.{0,20}\b(message|role|turn)\b.{0,60}\buser\b|\bend with\b.{0,30}\buser\b/.test(
    plainWords(message),
  );
}

/** The complaint is about which message follows which. */
export function aboutOrder(body: Pick<ErrorBody, 'message' | 'type'>): boolean {
  const words = plainWords(body.message);
  if (/message ?order|role ?order/.test(plainWords(body.type ?? ''))) return true;
  const roles = new Set(words.match(roleWords) ?? []);
  if (/\broles?\b.{0,60}\balternat|\balternat.{0,60}\broles?\b/.test(words)) return true;
  return (
    orderWords.test(words) &&
    (roles.size > 1 || /consecutive|in a row/.test(words)) &&
    /\b(role|roles|messages?|turns?)\b/.test(words)
  );
}

/** No field is named, but how many tokens may be written: "cannot generate more than 1024 tokens". */
export function aboutOutputLength(message: string): boolean {
  const words = plainWords(message);
  return /\b(output|generat\w{0,4}|completion|response|reply)\b.{0,60}\btokens?\b|\btokens?\b.{0,60}\b(output|generat\w{0,4}|completion|response|reply)\b/.test(
    words,
  );
}

/** Labels and forms of servers that say it without words of their own: OpenAI, llama.cpp, LM Studio, Anthropic, vLLM, TGI. */
const lengthForms =
  /context_length_exceeded|exceed_context_size|string_above_max_length|request_too_large|n_keep .* n_ctx|max_tokens must be at least 1, got -|`?inputs`? (tokens )?(\+ .max_new_tokens. )?must (be|have) (<=|less than)/i;
const lengthWords = /\b(tokens?|context|length|long(er)?|characters?|window)\b/;
const readWords =
  /\b(context|inputs?|prompts?|messages?|conversation|history|contents?|requests?|requested|text|tokens?)\b/;
const onlyRead =
  /\b(inputs?|prompts?|messages|conversation)\b|\btokens? in (the )?request|\bexceed\w* (the )?(\S+ ){0,4}context\b/;
const excess =
  /\btoo (long|large|big|many)\b|\bexceed\w*|\boverflow\w*|\boverflows\b|\b(long|larg|great|bigg)er than\b|\bmore than\b|\bover the (limit|max\w*)\b|\b(not|cannot) fit\b|\brange of input length\b|\bmax(imum)? (context|inputs?|prompt|messages?|sequence|model) (length|size|window|tokens?|characters)\b|\breduce the (length|size|number) of\b/;
const otherAmount =
  /\bper (second|minute|hour|day)\b|\brate limit|\bquota\b|\btime ?out|\btimed out\b|\bdeadline\b|\bseconds\b/;
const otherFields: readonly Blamed[] = ['logprobs', 'temperature', 'reasoning_effort'];

/** The request is longer than the model reads, however that is worded; not that it may write less than was asked for. */
export function aboutInputLength({ message, code, type, param }: ErrorBody): boolean {
  if (/^(tools?|functions?|stop|response_format|metadata)\b|tool_calls|\bid$|name$/.test(param ?? '')) return false;
  if (lengthForms.test(`${code ?? ''} ${type ?? ''} ${message}`)) return true;
  const words = plainWords(message);
  if (otherAmount.test(words) || !excess.test(words) || !lengthWords.test(words) || !readWords.test(words))
    return false;
  const named = namedIn(message);
  if (otherFields.some((each) => named.includes(each))) return false;
  return !(named.includes('limit') || aboutOutputLength(message)) || onlyRead.test(words);
}

/** What of the fields is named, in the order of the words; `tools` last, since nothing can be had without them. */
export function namedIn(text: string): Blamed[] {
  const words = plainWords(text);
  return names
    .map(([what, pattern]) => ({ what, at: words.search(pattern) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at)
    .map(({ what }) => what);
}

/**
 * True of words that can only be about what was asked for, whatever the status: a 404 of a router that found no endpoint
 * with tools, a 403 for logprobs, a 500 of a template that wants roles in turn.
 */
export function refusesFeature(body: Pick<ErrorBody, 'message' | 'type'>): boolean {
  const { message } = body;
  if (message.length > 4000) return false;
  if (refusesTools(message) || refusesSomeField(message)) return true;
  const named = namedIn(message);
  return (
    named.includes('tool_call_ids') ||
    (named.length > 0 && refuses.test(plainWords(message))) ||
    /\balternat|single tool ?call/.test(plainWords(message)) ||
    (body.type !== null && /message_order/.test(body.type))
  );
}
