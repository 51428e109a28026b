/** What a refusal teaches about an endpoint: one thing that is left out or replaced the next time. */
import { type Capabilities, Effort } from '../../contracts/model/capabilities.ts';
import type { ErrorBody } from './error-body.ts';
import type { SentBody } from './chat-body.ts';
import { type Change, fieldsGivenBack, type Lesson, messageChanges, type Rule } from './message-lessons.ts';
import {
  aboutLastMessage,
  aboutOrder,
  aboutOutputLength,
  type Blamed,
  listsOtherRoles,
  namedIn,
  plainWords,
  refusesSomeField,
  startedWithoutTools,
} from './refusal-words.ts';
import { isAboutAmount, tokenBound } from './token-bounds.ts';

/** `top_logprobs` that endpoints with a small maximum still take. */
const fewLogprobs = 5;

/** What a refusal without any name may mean, what is missed least first. */
const leastMissed: readonly Blamed[] = [
  'logprobs',
  'stream_options',
  'response_format',
  'tool_choice',
  'reasoning_effort',
  'temperature',
];

/**
 * Lessons that the words allow, the likeliest first; none where they name nothing that was sent. Each follows from what was
 * sent alone, so calls side by side that are refused for the same reason learn the same.
 */
export function lessonsFrom(sent: SentBody, refusal: ErrorBody, known: Capabilities): Lesson[] {
  const said = { ...refusal, message: refusal.message.replace(/\s+/g, ' ') };
  if (aboutReply.test(`${said.code} ${said.message}`) || startedWithoutTools(said.message) !== null) return [];
  const found = (lessons: (Lesson | null)[]) => lessons.filter((each) => each !== null);
  const named = found([
    ...fieldsGivenBack(sent, said),
    ...blamedIn(said).map((what) => lesson(what, sent, said, known)),
  ]);
  if (named.length > 0 || !refusesSomeField(said.message)) return named;
  const guesses = found(leastMissed.map((what) => lesson(what, sent, said, known)));
  return guesses.map((guess) => ({ ...guess, mayRepeat: true, guess: true }));
}

/** The model's own slip, told as an error: no word of it is about what was sent. */
const aboutReply =
  /tool_use_failed|json_validate_failed|output_parse_failed|failed_generation|model (called|did not call) a tool/i;

/** Named in a field of the error, else in its words. A field that is none of ours is final, unless it is the whole request. */
function blamedIn({ message, param, type }: ErrorBody): Blamed[] {
  const byMeaning: Blamed[] = [
    ...(aboutLastMessage(message) ? (['last_message'] as const) : []),
    ...(aboutOrder({ message, type }) ? (['order'] as const) : []),
  ];
  const roles: Blamed[] = listsOtherRoles(message) ? ['instructions'] : [];
  const path = param === null ? '' : param.replace(/^(body|request|generation_?config)\b\W?/i, '');
  if (path === '') {
    const named = [...byMeaning, ...namedIn(message), ...roles];
    return named.length === 0 && isAboutAmount(message) && aboutOutputLength(message) ? ['limit'] : named;
  }
  const root = path.split(/[.[]/)[0] ?? '';
  if (root === 'messages') {
    const inPath: Blamed[] = /role/.test(path) ? ['instructions'] : namedIn(`${path} ${message}`).filter(isOfMessages);
    return [...byMeaning, ...inPath, ...roles];
  }
  if (!/^tools?$/.test(root)) return namedIn(path);
  // The field as a whole: the endpoint takes no tools.
  return path === root ? [] : ['tool_schemas'];
}

/** `response_format` too: a conversation has to say JSON where JSON is asked for. */
const isOfMessages = (what: Blamed): boolean => what in messageChanges || what === 'response_format';

function lesson(what: Blamed, sent: SentBody, refusal: ErrorBody, known: Capabilities): Lesson | null {
  const { message } = refusal;
  const change = changes[what](sent, message, known);
  return change === null ? null : { change, blamed: what, mayRepeat: isStep(change), guess: false };
}

/** One step of several that lead on; the next may be refused in the same words. */
function isStep({
  mostOutputTokens,
  leastOutputTokens,
  responseFormat = 'none',
  reasoningEffort = [],
  emptyContent = 'words',
}: Change): boolean {
  return (
    mostOutputTokens != null ||
    leastOutputTokens !== undefined ||
    responseFormat !== 'none' ||
    reasoningEffort.length > 0 ||
    emptyContent !== 'words'
  );
}

const changes: Record<Blamed, Rule> = {
  limit: (sent, message) => limitChange(sent, message),
  temperature: (sent) => (sent.temperature == null ? null : { temperature: false }),
  logprobs: (sent, message) => {
    if (!sent.logprobs) return null;
    const many = sent.top_logprobs ?? 0;
    if (many <= 1 || !isAboutAmount(message) || /\bnot supported|unsupported/i.test(message))
      return { logprobs: false };
    const bound = tokenBound(message, many);
    const most = 'most' in bound && /\d/.test(message) ? bound.most : fewLogprobs;
    return { mostTopLogprobs: most < many ? most : fewLogprobs };
  },
  response_format: (sent, message) => formatChange(sent, message),
  tool_choice: (sent, message, known) => {
    const value = sent.tool_choice;
    if (value === undefined && sent.tools !== undefined)
      return /requir|must|missing|provide|need|specif/i.test(message) ? { toolsNeedChoice: true } : null;
    if (typeof value !== 'string') return null;
    return { toolChoice: known.toolChoice.filter((each) => each !== value) };
  },
  reasoning_effort: (sent, message, known) => effortChange(sent, message, known),
  stream_options: (sent) => (sent.stream_options == null ? null : { streamOptions: false }),
  stream: (sent, message) => streamChange(sent, message),
  ...messageChanges,
  tool_schemas: (sent) => (sent.tools === undefined ? null : { toolSchemas: 'plain' }),
  tools: () => null,
};

/** An endpoint that misses one of the two fields was sent the other. */
function limitChange(sent: SentBody, message: string): Change | null {
  const field = sent.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens';
  const limit = sent[field];
  if (limit == null) return null;
  if (!isAboutAmount(message)) return { limitField: field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens' };
  const bound = tokenBound(message, limit);
  return 'least' in bound
    ? { leastOutputTokens: bound.least }
    : bound.most < limit
      ? { mostOutputTokens: bound.most }
      : null;
}

/** Down to JSON without a schema, unless the field itself is unknown; llama-cpp-python keeps the schema elsewhere. */
function formatChange(sent: SentBody, message: string): Change | null {
  const format = sent.response_format;
  if (format == null) return null;
  const unknown =
    /unrecognized|unrecognised|unsupported (parameter|argument|field)|unknown (name|parameter|field|argument)|extra (inputs|fields)|not permitted|extraneous/i.test(
      message,
    );
  if (unknown || /\bcombin|together with|with tools/i.test(message)) return { responseFormat: 'none' };
  if (format.type === 'json_schema')
    return {
      responseFormat: /input should be .text. or .json_object./i.test(message)
        ? 'json_object_with_schema'
        : 'json_object',
    };
  return { responseFormat: 'schema' in format && /schema/i.test(message) ? 'json_object' : 'none' };
}

const aboutName =
  /unrecognized|unknown|unexpected|unsupported (parameter|argument|field)|extra|not permitted|not allowed|support (parameter|thinking|reasoning)/i;

/** The next effort up; the field is left out where it is unknown, or where no effort is left. */
function effortChange(sent: SentBody, message: string, known: Capabilities): Change | null {
  const effort = Effort.options.find((step) => step === sent.reasoning_effort);
  if (effort === undefined)
    return sent.tools !== undefined && known.reasoningEffort.length > 0 && /reasoning[\W_]?effort/i.test(message)
      ? { toolsNeedEffort: true }
      : null;
  if (aboutName.test(message)) return { reasoningEffort: [], logprobsNeedEffort: false };
  const left = known.reasoningEffort.filter((step) => step !== effort);
  return left.length === 0 && /tool/i.test(message) ? null : { reasoningEffort: left };
}

function streamChange(sent: SentBody, message: string): Change | null {
  const words = plainWords(message);
  if (sent.stream === true) return /non stream|without stream|only/.test(words) ? null : { streaming: 'refused' };
  const wanted = /\bonly\b|non stream|must (be|have|set|use)|require|please|enable|set to true|stream true/.test(words);
  return wanted ? { streaming: 'only' } : null;
}
