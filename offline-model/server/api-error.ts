/** Errors in the shape that OpenAI's clients understand. */

/** An error for the client: HTTP status and the fields of OpenAI's error object. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    fields: { type?: string; code?: string; param?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = fields.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
    this.code = fields.code ?? null;
    this.param = fields.param ?? null;
    this.headers = fields.headers ?? {};
  }

  /** The response body. */
  body(): string {
    const { message, type, code, param } = this;
    return JSON.stringify({ error: { message, type, code, param } });
  }
}
