/** What the stub model replies: a function of the request alone. */

export type StubRequest = {
  messages: { role: string; content: unknown }[];
  tools?: unknown[];
  response_format?: unknown;
  logprobs?: boolean;
};

type StubReply = {
  /** Names the call in a run: router, search_code, read_lines, draft or judge. */
  call: string;
  finish: 'stop' | 'tool_calls';
  message: Record<string, unknown>;
  /** More fields of the choice. */
  extra: Record<string, unknown>;
};

/** The place that every draft cites; it stands in the repository, so that citations are found right. */
const { STUB_QUERY = 'register a hook', STUB_PATH = 'README.md', STUB_QUOTE = '' } = process.env;
const line = Number(process.env.STUB_LINE ?? 1);

const draft = JSON.stringify({
  answer: `The place that decides is ${STUB_PATH}, line ${line}: it is read first, and what follows depends on it.`,
  citations: [{ path: STUB_PATH, first_line: line, last_line: line, quote: STUB_QUOTE }],
  confidence: 0.9,
  insufficient: false,
  gaps: [],
});

/** What a question says of its size: `(turns: 12)`, tool calls of each specialist; `(routes: 2)`, specialists. */
const sizeOf = (messages: StubRequest['messages'], name: 'turns' | 'routes', otherwise: number): number => {
  const text = messages.map(({ content }) => String(content)).join(' ');
  return Number(new RegExp(`\\(${name}: (\\d+)\\)`).exec(text)?.[1] ?? otherwise);
};

/** @returns a function of the request, whoever asks */
export function replyTo({ messages, tools = [], response_format, logprobs }: StubRequest): StubReply {
  if (tools.length > 0) {
    const results = messages.filter(({ role }) => role === 'tool').length;
    const search = JSON.stringify(tools).includes('"search_code"') ? 'search_code' : 'search_docs';
    if (results === 0) return toolCall('call_1', search, { query: STUB_QUERY });
    if (results < sizeOf(messages, 'turns', 2)) {
      const first_line = line + 20 * (results - 1);
      return toolCall(`call_${results + 1}`, 'read_lines', { path: STUB_PATH, first_line, last_line: first_line + 40 });
    }
    return said('draft', draft);
  }
  if (JSON.stringify(response_format ?? '').includes('"synthesis"'))
    return said('synthesis', JSON.stringify({ ...JSON.parse(draft), superseded: [] }));
  const isReview = /review a draft/i.test(String(messages[0]?.content ?? ''));
  if (response_format !== undefined || isReview) return said('judge', '{"accepted": true, "reasons": []}');
  const routes = sizeOf(messages, 'routes', 1);
  return { ...said('router', 'code'), extra: logprobs ? { logprobs: routeLogprobs(routes) } : {} };
}

function said(call: string, content: string): StubReply {
  return { call, finish: 'stop', message: { role: 'assistant', content }, extra: {} };
}

function toolCall(id: string, name: string, args: Record<string, unknown>): StubReply {
  const call = { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
  return {
    call: name,
    finish: 'tool_calls',
    message: { role: 'assistant', content: null, tool_calls: [call] },
    extra: {},
  };
}

/** A clear winner; or so many routes that are about as likely. */
function routeLogprobs(routes: number) {
  const clear = { code: -0.02, docs: -4.5, debug: -6, general: -7 };
  const top_logprobs = Object.entries(clear).map(([token, logprob], at) => ({
    token,
    logprob: routes === 1 || at >= routes ? logprob : Math.log(1 / routes) - 0.01 * (at + 1),
    bytes: null,
  }));
  return { content: [{ ...top_logprobs[0], top_logprobs }] };
}
