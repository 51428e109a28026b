/** Errors that come with status 200: beside `choices`, instead of them, or inside the first. */
import { type ErrorBody, readErrorBody } from './error-body.ts';

export type EmbeddedError = { status: number; body: ErrorBody };

type Fields = Record<string, unknown>;

/** What a code or a word of it means where it is no status by itself; the first that fits. */
const statuses: readonly [says: RegExp, status: number][] = [
  [/insufficient|balance|billing|payment|credit|arrear/i, 402],
  [/rate.?limit|too.?many|exhausted|throttl|quota/i, 429],
  [/api.?key|unauthenticated|unauthorized|authentication/i, 401],
  [/forbidden|permission/i, 403],
  [/overload|unavailable|capacity|busy/i, 503],
  [/time.?out|deadline/i, 504],
  [/not.?found/i, 404],
  [/invalid|bad.?request|unsupported|refused|context.?length/i, 400],
];

/** OpenRouter (openrouter.ai/docs/api-reference/errors), LM Studio and gateways send such errors. Null where there is none. */
export function embeddedError(completion: unknown): EmbeddedError | null {
  const outer = fieldsOf(completion);
  if (outer === null) return null;
  const choice = Array.isArray(outer.choices) ? fieldsOf(outer.choices[0]) : null;
  const error = [outer.error, choice?.error, fieldsOf(choice?.message)?.error].find(saysSomething) ?? listed(outer);
  if (error === null) return null;
  const body = readErrorBody(JSON.stringify({ error }));
  return { status: statusOf(fieldsOf(error) ?? {}, outer, body), body };
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function saysSomething(error: unknown): error is Fields | string {
  if (typeof error === 'string') return error.trim() !== '';
  const fields = fieldsOf(error);
  return (
    fields !== null &&
    [fields.message, fields.code, fields.type].some((each) => each !== undefined && each !== null && each !== '')
  );
}

/** `{"success": false, "errors": [{"code": …, "message": …}]}`, and `{"code": …, "message": …}` without choices. */
function listed(outer: Fields): Fields | string | null {
  const [first] = Array.isArray(outer.errors) ? (outer.errors as unknown[]) : [];
  if (saysSomething(first)) return first;
  const without = !Array.isArray(outer.choices) || outer.choices.length === 0;
  const words = [outer.message, outer.msg, outer.detail].find((each) => typeof each === 'string' && each !== '');
  return without && words !== undefined ? { ...outer, message: words } : null;
}

function statusOf(error: Fields, outer: Fields, body: ErrorBody): number {
  for (const given of [error.status, error.code, error.status_code, error.http_code, outer.status, outer.code]) {
    const status = typeof given === 'string' || typeof given === 'number' ? Number(given) : Number.NaN;
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  for (const words of [`${body.code ?? ''} ${body.type ?? ''}`, body.message]) {
    const known = statuses.find(([says]) => says.test(words));
    if (known !== undefined) return known[1];
  }
  return 500;
}
