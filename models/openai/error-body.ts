/** Reads the error bodies of OpenAI, Google, Mistral, vLLM, llama.cpp, Ollama, FastAPI and gateways into one shape. */
import { z } from 'zod';
import { delayInFields } from './retry-delay.ts';

/**
 * `code` and `type` are text or null. `param` is the field that the endpoint complains about, with its path where it says
 * one (`messages[2].role`), wherever it stands; `retryAfterMs` a wait that a field of the body asks for.
 */
export type ErrorBody = {
  message: string;
  code: string | null;
  type: string | null;
  param: string | null;
  retryAfterMs: number | null;
  /** What the model wrote, where the endpoint could not read it (Groq's `failed_generation`). */
  failedGeneration?: string;
};

/** Longer messages hold a page or the request; their beginning tells what went wrong. */
const maxMessage = 20_000;
/** Gateways wrap what another gateway wrapped. */
const deepest = 6;

const Label = z.union([z.string(), z.number()]).transform(String).nullish().catch(null);
const Labels = z.object({
  code: Label,
  type: Label,
  status: Label,
  param: Label,
  field: Label,
  parameter: Label,
  instancePath: Label,
  retryAfterMs: z.number().nullish().catch(null),
  failed_generation: z.string().optional().catch(undefined),
  failedGeneration: z.string().optional().catch(undefined),
});
const Place = z.array(z.union([z.string(), z.number()]));
const Problem = z.object({ loc: Place, msg: z.string() });
/** As zod writes it; `keys` are the unknown ones. */
const Issue = z.object({ path: Place, message: z.string(), keys: z.array(z.string()).optional() });
const Violation = z.object({ field: z.string(), description: z.string().optional() });

/** Never throws: a body that is no error object (an HTML page, nothing) becomes the message itself. */
export function readErrorBody(text: string): ErrorBody {
  const body = reading(parsed(text), 0) ?? plain(text);
  const message = (body.message || text).slice(0, maxMessage);
  const short = (label: string | null) => label?.slice(0, 200) ?? null;
  return {
    ...body,
    message,
    code: short(body.code),
    type: short(body.type),
    param: short(body.param ?? placeIn(message)),
  };
}

/** What a part of a body says; null where it says nothing. OpenAI nests, Ollama gives a text, FastAPI lists problems. */
function reading(part: unknown, depth: number): ErrorBody | null {
  if (depth > deepest) return null;
  if (typeof part === 'string') return fromText(part, depth);
  if (Array.isArray(part)) return fromList(part, depth);
  if (typeof part !== 'object' || part === null) return null;
  const labels = Labels.safeParse(part);
  const { code = null, type = null, status = null, retryAfterMs = null } = labels.data ?? {};
  const {
    param,
    field,
    parameter,
    instancePath,
    failedGeneration: wrote = labels.data?.failed_generation,
  } = labels.data ?? {};
  const found = insides(part).reduce<ErrorBody | null>(
    (before, inside) => both(before, reading(inside, depth + 1)),
    null,
  );
  const own = {
    message: '',
    code,
    type: type ?? status,
    param: param || field || parameter || instancePath?.replace(/^\//, '') || null,
    retryAfterMs: retryAfterMs ?? delayInFields(part),
    ...(wrote === undefined ? {} : { failedGeneration: wrote.slice(0, maxMessage) }),
  };
  const labelled = own.param !== null || own.retryAfterMs !== null || wrote !== undefined;
  return found === null && !labelled ? null : both(found, own);
}

/** Where the words stand, what is nearest to the cause first. */
function insides(part: object): unknown[] {
  const { error, metadata, detail, details, message, msg, errors, issues, fieldViolations } = part as Record<
    string,
    unknown
  >;
  const raw = (metadata as { raw?: unknown } | null | undefined)?.raw;
  return [raw, error, message, detail, msg, errors, issues, fieldViolations, details].filter(
    (inside) => inside !== undefined,
  );
}

/** The first words stand, and the first label of each kind. */
function both(first: ErrorBody | null, second: ErrorBody | null): ErrorBody | null {
  if (first === null || second === null) return first ?? second;
  const wrote = first.failedGeneration ?? second.failedGeneration;
  return {
    message: first.message || second.message,
    code: first.code ?? second.code,
    type: first.type ?? second.type,
    param: first.param ?? second.param,
    retryAfterMs: first.retryAfterMs ?? second.retryAfterMs,
    ...(wrote === undefined ? {} : { failedGeneration: wrote }),
  };
}

/** Text may be JSON, or end in some: LiteLLM and Azure AI quote what they were told. */
function fromText(text: string, depth: number): ErrorBody {
  const at = text.indexOf('{');
  const to = text.lastIndexOf('}');
  if (at < 0 || to < at || text.length > maxMessage) return plain(text);
  const value = parsed(text.slice(at, to + 1));
  const quoted = typeof value === 'object' ? reading(value, depth + 1) : null;
  if (quoted === null) return plain(text);
  return { ...quoted, message: at === 0 ? quoted.message : text };
}

function fromList(list: unknown[], depth: number): ErrorBody | null {
  const problem = Problem.safeParse(list[0]);
  if (problem.success) return { ...plain(problem.data.msg), param: pathOf(problem.data.loc) };
  const issue = Issue.safeParse(list[0]);
  if (issue.success)
    return {
      ...plain(issue.data.message),
      param: pathOf([...issue.data.path, ...(issue.data.keys ?? []).slice(0, 1)]),
    };
  const violation = Violation.safeParse(list[0]);
  if (violation.success) return { ...plain(violation.data.description ?? ''), param: violation.data.field || null };
  return list.slice(0, 10).reduce<ErrorBody | null>((before, part) => both(before, reading(part, depth + 1)), null);
}

function pathOf(loc: (string | number)[]): string | null {
  const path = loc[0] === 'body' ? loc.slice(1) : loc;
  return path.length === 0 ? null : path.join('.');
}

/** llama-cpp-python sends FastAPI's problems as the text that Python prints of them. */
function placeIn(message: string): string | null {
  return /'loc': \('body', '(\w+)'/.exec(message)?.[1] ?? null;
}

function plain(message: string): ErrorBody {
  return { message, code: null, type: null, param: null, retryAfterMs: null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
