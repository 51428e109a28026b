/** Reads the body of a request within its bounds. */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';

export type BodyLimits = { bytes: number; ms: number };

/**
 * The whole body. What is beyond the bounds is not kept: Node reads and drops it, within the time that a request has.
 * @throws HttpError 413; 408 where it takes too long; 400 where the client goes away in the middle
 */
export function readBody(request: IncomingMessage, { bytes: most, ms }: BodyLimits): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.reject(tooLarge(most));
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => fail(tooSlow(ms)), ms);
    const fail = (error: HttpError) => {
      settle();
      reject(error);
    };
    const take = (part: Buffer) => {
      bytes += part.length;
      if (bytes > most) fail(tooLarge(most));
      else parts.push(part);
    };
    const end = () => {
      settle();
      resolve(Buffer.concat(parts));
    };
    const gone = () => fail(new HttpError(400, 'the request was not sent to its end', { code: 'incomplete_request' }));
    const settle = () => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', gone);
    };
    request.on('data', take).on('end', end).on('close', gone);
  });
}

function tooLarge(most: number): HttpError {
  return new HttpError(413, `the body has more than ${most.toLocaleString('en-US')} bytes`, { code: 'body_too_large' });
}

/** The connection is of no more use: the rest of the body would be read as the next request. */
function tooSlow(ms: number): HttpError {
  const message = `the body was not sent within ${Math.round(ms / 1000)} s`;
  return new HttpError(408, message, { code: 'request_timeout', headers: { connection: 'close' } });
}
