/** Reads a request's body within bounds and checks its shape, with OpenAI's kind of complaint where it does not fit. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { schemaIssue } from '../../lib/schema-issue.ts';
import { ApiError } from './api-error.ts';

const maxBytes = 32 * 1024 * 1024;

/** The whole body. @throws ApiError 413 beyond 32 MB */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const parts: Buffer[] = [];
  let bytes = 0;
  if (declared <= maxBytes) {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > maxBytes) break;
      parts.push(part);
    }
  }
  if (declared > maxBytes || bytes > maxBytes) {
    throw new ApiError(413, `the body is larger than ${maxBytes} bytes`, { headers: { connection: 'close' } });
  }
  return Buffer.concat(parts);
}

/** The body as the schema's type. @throws ApiError 400 naming the field that does not fit */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: Buffer): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError(400, 'the body is not JSON');
  }
  const parsed = schema.safeParse(value, { error: schemaIssue });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') ?? '';
  throw new ApiError(400, `${param === '' ? 'body' : param}: ${issue?.message ?? 'does not fit'}`, {
    code: 'invalid_value',
    ...(param === '' ? {} : { param: String(issue?.path[0] ?? param) }),
  });
}
