/** A request with everything that an endpoint may refuse, and the ways in which the next one differs. */
import type { ChatMessage } from '../../../contracts/chat.ts';
import { question, searchTool, verdictFormat } from '../chat-scene.ts';

const call = (id: string) => ({ id, name: 'search_code', argumentsText: '{"query":"x"}' });
const conversation: ChatMessage[] = [
  { role: 'system', content: 'You answer.' },
  { role: 'user', content: 'Where?' },
  { role: 'assistant', content: '', toolCalls: [call('a'), call('b')] },
  { role: 'tool', callId: 'a', content: 'note: nothing' },
  { role: 'tool', callId: 'b', content: 'lib/x.ts:1' },
  { role: 'user', content: 'Answer now.' },
];
export const everything = question({
  messages: conversation,
  tools: [searchTool],
  toolChoice: 'none',
  temperature: 0,
  topLogprobs: 20,
  responseFormat: verdictFormat,
  maxOutputTokens: 2000,
});

export type Body = Record<string, unknown>;
export type Change = (body: Body) => Body;

export const without =
  (...names: string[]): Change =>
  (body) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
export const withValues =
  (values: Body): Change =>
  (body) => ({ ...body, ...values });
export const noLogprobs = without('logprobs', 'top_logprobs');
export const noChoice = without('tools', 'tool_choice');
export const plainJson = withValues({ response_format: { type: 'json_object' } });
export const limit = (most: number) => withValues({ max_tokens: most });
export const otherLimit: Change = ({ max_tokens: limited, ...body }) => ({ ...body, max_completion_tokens: limited });
const messages = (change: (said: Body[]) => Body[]): Change => {
  return (body) => ({ ...body, messages: change(body.messages as Body[]) });
};
export const gapAfterTool = messages((said) => [
  ...said.slice(0, 5),
  { role: 'assistant', content: 'I have read these results.' },
  ...said.slice(5),
]);
export const instructionsInside = messages(([, , ...said]) => [
  { role: 'user', content: 'You answer.\n\nWhere?' },
  ...said,
]);
/** The calls and their results under other ids. */
export const callsNamed = (...ids: string[]) =>
  messages((said) => {
    const [asks = {}, ...rest] = said.slice(2);
    const calls = (asks.tool_calls as Body[]).map((each, at) => ({ ...each, id: ids[at] }));
    const results = rest.map((each, at) => (each.role === 'tool' ? { ...each, tool_call_id: ids[at] } : each));
    return [...said.slice(0, 2), { ...asks, tool_calls: calls }, ...results];
  });
export const callsSaying = (content: string | null) =>
  messages((said) => said.map((each) => (each.role === 'assistant' ? { ...each, content } : each)));
/** Without what only JSON Schema's readers know. */
export const plainParameters: Change = (body) => ({
  ...body,
  tools: (body.tools as { function: Body }[]).map((tool) => {
    const { additionalProperties: _, ...parameters } = tool.function.parameters as Body;
    return { ...tool, function: { ...tool.function, parameters } };
  }),
});
export const oneCallEach = messages((said) => {
  const [asks = {}, first = {}, second = {}] = said.slice(2, 5);
  const [one, two] = asks.tool_calls as Body[];
  const alone = (tool: Body | undefined) => ({ ...asks, tool_calls: [tool] });
  return [...said.slice(0, 2), alone(one), first, alone(two), second, ...said.slice(5)];
});
