/** Rules that several endpoints share. */
import { type Asked, type Fields, refusal, type Rule, saying } from './profile.ts';

/** Each call has its result in the messages right behind it. */
function unanswered({ messages }: Asked): { id: string; at: number } | null {
  for (const [at, { tool_calls: calls = [] }] of messages.entries()) {
    const rest = messages.slice(at + 1);
    const end = rest.findIndex(({ role }) => role !== 'tool');
    const answered = new Set((end < 0 ? rest : rest.slice(0, end)).map(({ tool_call_id: id }) => id));
    const missing = calls.find(({ id }) => !answered.has(id));
    if (missing !== undefined) return { id: missing.id, at };
  }
  return null;
}

export const callsAnswered: Rule = {
  seen: 'aliasrobotics/cai#111',
  refuses(asked) {
    const missing = unanswered(asked);
    if (missing === null) return null;
    return saying(
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.id}`,
      { param: 'messages' },
    );
  },
};

export const toolResults: Rule = {
  seen: 'anthropics/claude-code#8210',
  refuses(asked) {
    const missing = unanswered(asked);
    if (missing === null) return null;
    return saying(
      `messages.${missing.at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.id}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      { code: 'invalid_request_error' },
    );
  },
};

/** Where an object of a strict schema leaves properties open, or optional. */
function looseIn(schema: unknown, context: readonly string[] = []): { context: string; what: string } | null {
  if (typeof schema !== 'object' || schema === null) return null;
  const { type, properties, additionalProperties, required = [] } = schema as Fields & { required?: string[] };
  const place = `(${context.map((name) => `'${name}'`).join(', ')})`;
  if (type === 'object') {
    if (additionalProperties !== false)
      return { context: place, what: "'additionalProperties' is required to be supplied and to be false." };
    const optional = Object.keys((properties ?? {}) as Fields).find((name) => !required.includes(name));
    if (optional !== undefined)
      return {
        context: place,
        what: `'required' is required to be supplied and to be an array including every key in properties. Missing '${optional}'.`,
      };
  }
  for (const [name, inner] of Object.entries(schema)) {
    const found = looseIn(inner, [...context, name]);
    if (found !== null) return found;
  }
  return null;
}

export const strictSchema: Rule = {
  seen: 'agentscope-ai/agentscope-java#2548',
  refuses({ body }) {
    const format = body.response_format as
      | { json_schema?: { name: string; strict: boolean; schema: unknown } }
      | undefined;
    const { name, strict, schema } = format?.json_schema ?? { name: '', strict: false, schema: null };
    const loose = strict ? looseIn(schema) : null;
    if (loose === null) return null;
    const message = `Invalid schema for response_format '${name}': In context=${loose.context}, ${loose.what}`;
    return saying(message, { param: 'response_format' });
  },
};

/** A field that the endpoint's validator does not know, as FastAPI says it. */
export const extraForbidden = (loc: readonly (string | number)[], input: unknown) =>
  refusal(422, {
    object: 'error',
    message: {
      detail: [{ type: 'extra_forbidden', loc: ['body', ...loc], msg: 'Extra inputs are not permitted', input }],
    },
    type: 'invalid_request_error',
    param: null,
    code: null,
  });
