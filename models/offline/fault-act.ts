/** Carries out the faults that hit a request on its way, before or instead of a good reply. */
import type { ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import type { Fault, FaultSpec } from './fault-spec.ts';

/** How the log names a fault. */
export const faultName = (fault: Fault | null): string | null => {
  if (fault === null) return null;
  if (fault.kind !== 'status') return fault.kind;
  return fault.quota ? 'quota' : String(fault.status);
};

const codes: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
};

/** The error that a status fault answers with; `Retry-After` goes with 429 and 503 when the switch sets it. */
export function statusError(fault: Fault & { kind: 'status' }, spec: FaultSpec): ApiError {
  const waits = !fault.quota && (fault.status === 429 || fault.status === 503) && spec.retryAfterSeconds !== null;
  const code = fault.quota ? 'insufficient_quota' : codes[fault.status];
  return new ApiError(fault.status, `status ${fault.status}, made by the fault switch of the offline model`, {
    ...(fault.status === 429 ? { type: fault.quota ? 'insufficient_quota' : 'requests' } : {}),
    ...(code === undefined ? {} : { code }),
    headers: waits ? { 'retry-after': String(spec.retryAfterSeconds) } : {},
  });
}

/** Ends when the connection is gone. */
export const untilGone = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Announces the whole body, sends half of it and breaks the connection. */
export function sendCut(response: ServerResponse, contentType: string, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
