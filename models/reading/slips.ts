/** Errors that tell of a model's mistake and not of the request: the server could not read what its own model wrote. */
import type { ErrorBody } from '../openai/error-body.ts';

/** `wrote`: what the model wrote, where the server tells it. */
export type Slip = { problem: string; wrote: string };

const unreadableCall =
  'the server could not read the tool call that was written: call a tool again, with JSON arguments';
const unreadableJson = 'the server could not read the JSON that was written: reply again with the whole JSON object';

type Row = {
  status: readonly number[];
  says: RegExp;
  problem: string;
  wrote?: readonly [before: string, behind: string];
};

/**
 * First row that fits.
 * - Groq: console.groq.com/docs/tool-use (400 `tool_use_failed` with `failed_generation`) and docs/structured-outputs
 *   (`json_validate_failed`);
 * - Ollama: ollama/ollama#11800, #12203 (500 `error parsing tool call: raw='…', err=…`);
 * - llama.cpp: common/chat-parser.cpp and ggml-org/llama.cpp#14697 (500 `Failed to parse tool call`, `Failed to parse input
 *   at pos`), common/sampling and src/llama-grammar.cpp (`Unexpected empty grammar stack`);
 * - vLLM: vllm-project/vllm#22578 (gpt-oss: `unexpected tokens remaining in message header`), and pydantic's words for a
 *   required call (`1 validation error for list[function-…]`, `Invalid JSON: EOF while parsing`).
 */
const rows: readonly Row[] = [
  { status: [400, 422, 500], says: /\btool_use_failed\b|\btool_call_parse_error\b/i, problem: unreadableCall },
  { status: [400, 422, 500], says: /\bjson_validate_failed\b/i, problem: unreadableJson },
  {
    status: [400, 422, 500, 502],
    says: /error parsing tool call/i,
    problem: unreadableCall,
    wrote: ["raw='", "', err="],
  },
  {
    status: [400, 500],
    says: /failed to parse (?:the )?(?:tool call|function call|input at pos)/i,
    problem: unreadableCall,
  },
  { status: [400, 500], says: /unexpected empty grammar stack|invalid grammar/i, problem: unreadableJson },
  {
    status: [400, 500],
    says: /HarmonyError|unexpected tokens? (?:\d+ )?(?:remaining in message header|while expecting)/i,
    problem: unreadableCall,
  },
  { status: [400, 422, 500], says: /validation errors? for (?:list\[)?function/i, problem: unreadableCall },
  {
    status: [400, 422, 500],
    says: /\b(?:model|generat(?:ed|ion)|assistant|output)\b.{0,80}\b(?:tool|function)[ _-]?calls?\b.{0,80}\b(?:cannot|can't|could not|couldn't|unable|failed|invalid|malformed|unparsable|not (?:be )?(?:parse|read|valid))/i,
    problem: unreadableCall,
  },
  {
    status: [400, 422, 500],
    says: /\b(?:cannot|could not|couldn't|unable to|failed to) (?:parse|read|decode) (?:the )?(?:model|generated|assistant)('s)? (?:tool|function|output|response|reply)/i,
    problem: unreadableCall,
  },
];

/** Null where the error tells of the request, or of the server. */
export function slipOf(status: number | null, body: ErrorBody): Slip | null {
  if (status === null) return null;
  const words = `${body.code ?? ''} ${body.type ?? ''} ${body.message}`;
  const row = rows.find(({ status: statuses, says }) => statuses.includes(status) && says.test(words));
  const wrote = body.failedGeneration ?? between(body.message, row?.wrote) ?? '';
  if (row !== undefined) return { problem: row.problem, wrote };
  return body.failedGeneration === undefined ? null : { problem: unreadableCall, wrote };
}

function between(text: string, marks: Row['wrote']): string | null {
  if (marks === undefined) return null;
  const [before, behind] = marks;
  const at = text.indexOf(before);
  const end = text.lastIndexOf(behind);
  return at < 0 || end < at + before.length ? null : text.slice(at + before.length, end);
}

/** A finish reason that says the same (Gemini: `MALFORMED_FUNCTION_CALL`, googleapis/python-genai#1120). */
export function slipOfFinish(reason: string | null): string | null {
  return reason !== null && /malformed_function_call|unexpected_tool_call/i.test(reason) ? unreadableCall : null;
}
