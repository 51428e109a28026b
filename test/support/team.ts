/** A model that plays the whole team over real HTTP: each agent's part is a function of what it is asked. */
import { completion, type ScriptedReply } from './scripted-server/scripted-server-reply.ts';
import { type RecordedRequest, type ScriptedServer, startScriptedServer } from './scripted-server/scripted-server.ts';
import { sharedInFile } from './shared-in-file.ts';

type Message = { role: string; content: string | null };

/** What an agent is asked, as far as a part of the play cares. */
export type Cue = {
  /** The specialist's prompt, or another agent's instructions. */
  system: string;
  /** The first user message. */
  user: string;
  /** Model calls before this one in the same conversation. */
  turn: number;
  /** True once the gate sent an earlier draft back. */
  reviewed: boolean;
  messages: Message[];
  request: RecordedRequest;
};

type Part = (cue: Cue) => ScriptedReply | Promise<ScriptedReply>;
export type Team = { rewriter: Part; reranker: Part; router: Part; specialist: Part; judge: Part; synthesizer: Part };

export const says = (value: unknown): ScriptedReply => ({
  body: completion({ text: typeof value === 'string' ? value : JSON.stringify(value), model: 'test-model' }),
});

export const calls = (...tools: [name: string, args: Record<string, unknown>][]): ScriptedReply => ({
  body: completion({
    toolCalls: tools.map(([name, args], at) => ({ id: `c${at}`, name, arguments: JSON.stringify(args) })),
    model: 'test-model',
  }),
});

/** A router's reply that is about as sure of the second route as of the first. */
export function unclear(first: string, second: string): ScriptedReply {
  const likely = (token: string, probability: number) => ({ token, logprob: Math.log(probability) });
  const top_logprobs = [likely(first, 0.5), likely(second, 0.45)];
  const message = { role: 'assistant', content: first };
  const logprobs = { content: [{ ...likely(first, 0.5), top_logprobs }] };
  const body = completion({ text: first, model: 'test-model' }) as object;
  return { body: { ...body, choices: [{ index: 0, finish_reason: 'stop', message, logprobs }] } };
}

/** A draft about the scene's default repository whose citation holds. */
export const goodDraft = {
  answer: 'boil throws KETTLE_EMPTY for less than a litre.',
  citations: [{ path: 'lib/kettle.js', first_line: 2, last_line: 2, quote: 'throw new Error("KETTLE_EMPTY")' }],
  confidence: 0.9,
  insufficient: false,
  gaps: [],
};

/** A draft that cites words which stand nowhere. */
export const inventedDraft = {
  ...goodDraft,
  answer: 'boil whistles.',
  citations: [{ path: 'lib/kettle.js', first_line: 40, last_line: 41, quote: 'whistle(loudly)' }],
};

const defaults: Team = {
  rewriter: () => says({ standalone_question: 'When does boil throw an error?' }),
  reranker: () => says({ order: [1] }),
  router: () => says('code'),
  specialist: ({ turn }) => (turn === 0 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft)),
  judge: () => says({ accepted: true, reasons: [] }),
  synthesizer: () => says({ ...goodDraft, superseded: [] }),
};

/** Parts for `startTeam` that can be given anew: the usual ones until then. */
export function changingTeam(): { parts: Team; play: (parts: Partial<Team>) => void } {
  let now = defaults;
  const names = Object.keys(defaults) as (keyof Team)[];
  const parts = Object.fromEntries(names.map((name) => [name, (cue: Cue) => now[name](cue)])) as Team;
  const play = (given: Partial<Team>) => {
    now = { ...defaults, ...given };
  };
  return { parts, play };
}

/** @param finish looks at each part's reply before it goes out */
export function startTeam(
  parts: Partial<Team> = {},
  script: ScriptedReply[] = [],
  finish: (reply: ScriptedReply, request: RecordedRequest) => ScriptedReply = (reply) => reply,
): Promise<ScriptedServer> {
  const team = { ...defaults, ...parts };
  const reply = async (request: RecordedRequest) => finish(await team[roleOf(request)](cueOf(request)), request);
  return startScriptedServer({ script, reply }, sharedInFile()?.servers);
}

/** Which agent a request is for, by what it asks. */
export function roleOf(request: RecordedRequest): keyof Team {
  const { text } = request;
  if (text.includes('"name":"verdict"')) return 'judge';
  if (text.includes('"name":"synthesis"')) return 'synthesizer';
  if (text.includes('"name":"order"')) return 'reranker';
  if (text.includes('"name":"rewrite"')) return 'rewriter';
  return text.includes('<routes>') ? 'router' : 'specialist';
}

function cueOf(request: RecordedRequest): Cue {
  const messages = request.body.messages as Message[];
  const first = (role: string) => messages.find((message) => message.role === role)?.content ?? '';
  const user = first('user');
  const turn = messages.filter((message) => message.role === 'assistant').length;
  return { system: first('system'), user, turn, reviewed: user.includes('<review>'), messages, request };
}
