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

/** @returns a function of the request, whoever asks */
export function replyTo({ messages, tools = [], response_format, logprobs }: StubRequest): StubReply {
  if (tools.length > 0) {
    const results = messages.filter(({ role }) => role === 'tool').length;
    if (results === 0) return toolCall('call_1', 'search_code', { query: STUB_QUERY });
    if (results === 1)
      return toolCall('call_2', 'read_lines', { path: STUB_PATH, first_line: line, last_line: line + 40 });
    return said('draft', draft);
  }
  const isReview = /review a draft/i.test(String(messages[0]?.content ?? ''));
  if (response_format !== undefined || isReview) return said('judge', '{"accepted": true, "reasons": []}');
  return { ...said('router', 'code'), extra: logprobs ? { logprobs: routeLogprobs } : {} };
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

const routeLogprobs = {
  content: [
    {
      token: 'code',
      logprob: -0.02,
      bytes: null,
      top_logprobs: [
        { token: 'code', logprob: -0.02, bytes: null },
        { token: 'docs', logprob: -4.5, bytes: null },
        { token: 'debug', logprob: -6, bytes: null },
        { token: 'general', logprob: -7, bytes: null },
      ],
    },
  ],
};
