/** Reads the error bodies of OpenAI, vLLM, llama.cpp, Ollama, FastAPI and gateways into one shape. */
import { z } from 'zod';

/** `code` is text or null, `param` the field that the endpoint complains about. */
export type ErrorBody = {
  message: string;
  code: string | null;
  type: string | null;
  param: string | null;
  /** What the model wrote, where the endpoint could not read it (Groq's `failed_generation`). */
  failedGeneration?: string;
};

/** Longer messages hold a page or the request; their beginning tells what went wrong. */
const maxMessage = 20_000;

const Label = z.union([z.string(), z.number()]).transform(String).nullish().catch(null);
const Fields = z.object({
  message: z.string().catch(''),
  code: Label,
  type: Label,
  param: z.string().nullish().catch(null),
  failed_generation: z.string().optional().catch(undefined),
  failedGeneration: z.string().optional().catch(undefined),
});
const Problem = z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() });

/** Never throws: a body that is no error object (an HTML page, nothing) becomes the message itself. */
export function readErrorBody(text: string): ErrorBody {
  const body = readWhole(text);
  return { ...body, message: body.message.slice(0, maxMessage), code: body.code?.slice(0, 200) ?? null };
}

function readWhole(text: string): ErrorBody {
  const body = parsed(text);
  if (typeof body !== 'object' || body === null) return plain(typeof body === 'string' ? body : text);
  const outer = body as { error?: unknown; detail?: unknown };
  // OpenAI nests, Ollama gives a text, vLLM has been seen to put the fields at the top, FastAPI lists problems.
  if (typeof outer.error === 'string') return plain(outer.error);
  if (typeof outer.detail === 'string') return plain(outer.detail);
  if (Array.isArray(outer.detail)) return fromProblems(outer.detail, text);
  const fields = Fields.safeParse(outer.error ?? body);
  if (!fields.success) return plain(text);
  const { message, code, type, param } = fields.data;
  const wrote = fields.data.failedGeneration ?? fields.data.failed_generation;
  const words = message === '' ? text : message;
  return {
    message: words,
    code: code ?? null,
    type: type ?? null,
    param: param ?? placeIn(words),
    ...(wrote === undefined ? {} : { failedGeneration: wrote.slice(0, maxMessage) }),
  };
}

function fromProblems(detail: unknown[], text: string): ErrorBody {
  const problem = Problem.safeParse(detail[0]);
  if (!problem.success) return plain(text);
  const [place, field] = problem.data.loc;
  return { ...plain(problem.data.msg), param: place === 'body' && typeof field === 'string' ? field : null };
}

/** llama-cpp-python sends FastAPI's problems as the text that Python prints of them. */
function placeIn(message: string): string | null {
  return /'loc': \('body', '(\w+)'/.exec(message)?.[1] ?? null;
}

function plain(message: string): ErrorBody {
  return { message, code: null, type: null, param: null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
