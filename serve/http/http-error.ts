/** A request that is refused or failed, as the error object that OpenAI's clients read: one shape for every route. */
import { httpStatusOf } from '../statuses.ts';
import { typedError } from '../../application/errors.ts';

type Fields = { code?: string; param?: string; headers?: Readonly<Record<string, string>> };

/** The message is for people and holds nothing that was secret in the request. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: number;
  readonly code: string | null;
  /** Which field of the request is wrong. */
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, { code, param, headers = {} }: Fields = {}) {
    super(message);
    this.status = status;
    this.code = code ?? null;
    this.param = param ?? null;
    this.headers = headers;
  }

  /** `{"error": {message, type, param, code}}`. */
  body() {
    const { message, status, param, code } = this;
    return { error: { message, type: typeOf(status), param, code } };
  }

  response(): Response {
    return Response.json(this.body(), { status: this.status, headers: this.headers });
  }
}

const types: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

const typeOf = (status: number): string => types[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');

/** What was thrown as one of these; what nobody foresaw says nothing of itself, and stands in the log. */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const known = typedError(error);
  if (known === null) return new HttpError(500, 'this should not happen: see the log of "switchyard serve"');
  const param = 'field' in known && typeof known.field === 'string' ? { param: known.field } : {};
  return new HttpError(httpStatusOf(known.code), known.message, { code: known.code, ...param });
}
