/** A team whose server counts tokens as a provider does: by what was sent, cut at the limit, and kept in a bill of its own. */
import type { ScriptedReply } from './scripted-server/scripted-server-reply.ts';
import type { RecordedRequest, ScriptedServer } from './scripted-server/scripted-server.ts';
import { startTeam, type Team } from './team.ts';

export type Bill = { replies: number; inputTokens: number; outputTokens: number };

export type MeterOptions = {
  /** Tokens of a text. */
  count?: (text: string) => number;
  /** Tokens beside what was sent, in every request. */
  hidden?: number;
};

type Wire = {
  choices?: { message: { content: string | null; tool_calls?: unknown }; finish_reason: string }[];
  usage?: unknown;
};

const quarter = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

/** `bill` holds what was delivered with status 200 and usage, whether or not the reply was of use. */
export async function startMeteredTeam(
  parts: Partial<Team> = {},
  script: ScriptedReply[] = [],
  { count = quarter, hidden = 0 }: MeterOptions = {},
): Promise<ScriptedServer & { bill: Bill }> {
  const bill: Bill = { replies: 0, inputTokens: 0, outputTokens: 0 };
  const meter = (reply: ScriptedReply, request: RecordedRequest): ScriptedReply => {
    const { choices } = (reply.body ?? {}) as Wire;
    if ((reply.status ?? 200) !== 200 || reply.fault !== undefined || choices === undefined) return reply;
    const { messages, tools, response_format: format, max_tokens, max_completion_tokens } = request.body;
    const input = hidden + [messages, tools, format].reduce<number>((sum, part) => sum + partTokens(part, count), 0);
    const limit = Number(max_completion_tokens ?? max_tokens ?? Number.POSITIVE_INFINITY);
    const { output, cut } = cutAt(choices, limit, count);
    bill.replies += 1;
    bill.inputTokens += input;
    bill.outputTokens += output;
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    return { ...reply, body: { ...(reply.body as object), choices: cut, usage } };
  };
  const server = await startTeam(parts, script, meter);
  return Object.assign(server, { bill });
}

function partTokens(part: unknown, count: (text: string) => number): number {
  return part === undefined ? 0 : count(JSON.stringify(part));
}

/** Words beyond the limit are cut off; a tool call that does not fit is lost with them. */
function cutAt(choices: NonNullable<Wire['choices']>, limit: number, count: (text: string) => number) {
  const [first] = choices;
  const calls = first?.message.tool_calls;
  const written = calls === undefined ? (first?.message.content ?? '') : JSON.stringify(calls);
  const all = Math.max(1, count(written));
  if (first === undefined || all <= limit) return { output: all, cut: choices };
  const kept = written.slice(0, Math.floor((written.length * limit) / all));
  const message = { role: 'assistant', content: calls === undefined ? kept : '' };
  return { output: limit, cut: [{ ...first, message, finish_reason: 'length' }] };
}
