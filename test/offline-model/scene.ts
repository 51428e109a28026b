/** What the tests of the offline model share: a server, a way to post to it, and a repository of three files. */
import type { TestContext } from 'node:test';
import { type OfflineModelOptions, startOfflineModel } from '../../offline-model/server/server.ts';

export type Message = {
  role: string;
  content: string | null;
  tool_call_id?: string;
  tool_calls?: readonly unknown[];
};

export type Choice = {
  message: {
    content: string | null;
    tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  };
  finish_reason: string;
  logprobs: {
    content: { token: string; logprob: number; top_logprobs: { token: string; logprob: number }[] }[];
  } | null;
};

export type Completion = {
  model: string;
  system_fingerprint: string;
  choices: [Choice];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
};

export async function openModel(t: TestContext, options: OfflineModelOptions = {}): Promise<string> {
  const model = await startOfflineModel(options);
  t.after(() => model.close());
  return model.url;
}

export const post = (url: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...init,
  });

export async function complete(url: string, body: object): Promise<Completion> {
  const response = await post(`${url}/chat/completions`, { model: 'any', ...body });
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  return (await response.json()) as Completion;
}

const parameters = (required: string, ...others: string[]) => ({
  type: 'object',
  properties: Object.fromEntries([required, ...others].map((name) => [name, { type: 'string' }])),
  required: [required],
});

const tool = (name: string, description: string, schema: object) => ({
  type: 'function',
  function: { name, description, parameters: schema },
});

export const tools = [
  tool('search_code', 'Searches the source code', parameters('query')),
  tool('search_docs', 'Searches the documentation', parameters('query')),
  tool('find_symbol', 'Finds where a symbol is defined', parameters('name')),
  tool('grep', 'Finds lines by a regular expression', parameters('pattern', 'ignore_case')),
  tool('read_lines', 'Reads lines of a file', parameters('path', 'first_line', 'last_line')),
];

export const instructions =
  'Work from the repository. Reply with one JSON object: {"answer": "…", "citations": [], "confidence": 0, "insufficient": false, "gaps": []}';

/** A small repository about lanterns: what every tool of these tests shows. */
export const files: Record<string, string[]> = {
  'docs/lanterns.md': [
    '# Lanterns',
    '',
    '## Dimming',
    '',
    'A lantern dims after ninety seconds without movement, to spare its battery.',
    'Set `dimAfterSeconds` to change the delay; zero keeps the lantern bright.',
    '',
    '## Colours',
    '',
    'The glass may be amber, green or clear.',
  ],
  'lib/lantern.js': [
    "'use strict'",
    '',
    'const DEFAULT_DIM_SECONDS = 90',
    '',
    '// The timer starts again at each movement, so a busy lantern never dims.',
    'function scheduleDimming (lantern) {',
    '  clearTimeout(lantern.timer)',
    '  lantern.timer = setTimeout(() => lantern.dim(), DEFAULT_DIM_SECONDS * 1000)',
    '}',
  ],
};

const rendered = (path: string): string => {
  const lines = files[path] ?? [];
  return [`@@ ${path}:1-${lines.length}`, ...lines.map((line, at) => `${at + 1}| ${line}`)].join('\n');
};

function toolResult(name: string, given: Record<string, string>): string {
  if (name === 'search_docs') return rendered('docs/lanterns.md');
  if (name === 'search_code') return rendered('lib/lantern.js');
  if (name !== 'grep') return 'note: nothing found';
  const pattern = new RegExp(given.pattern ?? '', 'i');
  const found = Object.entries(files).flatMap(([path, lines]) =>
    lines.flatMap((line, at) => (pattern.test(line) ? [`@@ ${path}:${at + 1}-${at + 1}`, `${at + 1}| ${line}`] : [])),
  );
  return found.length > 0 ? found.join('\n') : 'note: nothing found';
}

export type Draft = {
  answer: string;
  citations: { path: string; first_line: number; last_line: number; quote: string }[];
  confidence: number;
  insufficient: boolean;
  gaps: string[];
};

/** Plays a specialist's whole conversation over HTTP: tool calls are answered until the model gives its draft. */
export async function converse(url: string, question: string, more = '') {
  const messages: Message[] = [
    { role: 'system', content: instructions },
    { role: 'user', content: `<question>\n${question}\n</question>\n${more}` },
  ];
  const calls: { name: string; arguments: string }[] = [];
  for (let turn = 0; turn < 8; turn += 1) {
    const { message } = (await complete(url, { messages, tools })).choices[0];
    if (message.tool_calls === undefined) return { draft: JSON.parse(message.content ?? '') as Draft, calls, messages };
    messages.push({ role: 'assistant', content: null, tool_calls: message.tool_calls });
    for (const call of message.tool_calls) {
      calls.push(call.function);
      const content = toolResult(call.function.name, JSON.parse(call.function.arguments));
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  }
  throw new Error('the model never answered');
}

/** A question as specialists are asked it, and what stands behind it. */
export const question = (text: string, more = '') => ({
  role: 'user',
  content: `<question>\n${text}\n</question>\n${more}`,
});

/** A draft from evidence that the request itself carries. */
export async function draftFrom(url: string, text: string, ...shown: (readonly [path: string, ...lines: string[]])[]) {
  const places = shown.map(([path, ...lines]) => [`@@ ${path}:1-${lines.length}`, ...numbered(lines)].join('\n'));
  const messages = [{ role: 'system', content: instructions }, question(text, places.join('\n'))];
  return JSON.parse((await complete(url, { messages })).choices[0].message.content ?? '') as Draft;
}
const numbered = (lines: readonly string[]): string[] => lines.map((line, at) => `${at + 1}| ${line}`);
