/**
 * The events of a history, as the server sends them or in the JSON form that Temporal's own tools write, and what stands in
 * them. JSON comes from files, too: what has another shape than it should says nothing, and never fails.
 */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import { z } from 'zod';

/** JSON has the bytes as base64. */
type Payload = { data?: string | Uint8Array | null | undefined };
type Payloads = { payloads?: Payload[] | null | undefined } | null | undefined;
export type Failure = {
  message?: string | null | undefined;
  cause?: Failure | null | undefined;
  applicationFailureInfo?: { type?: string | null | undefined; details?: Payloads } | null | undefined;
};

/** What both forms have in common; the attributes stand beside it, under a name for each type. */
export type HistoryEvent = {
  eventId: number;
  /** Milliseconds since the epoch. */
  eventTime: number;
  /** With or without `EVENT_TYPE_` before it. */
  eventType: string;
  userMetadata?: { summary?: Payload | null | undefined } | null | undefined;
};

const JsonEvent = z.looseObject({
  eventId: z.union([z.string(), z.number()]).transform(Number),
  eventTime: z.string().transform((text) => Date.parse(text)),
  eventType: z.string(),
});

/** Temporal's own JSON form of a history, as `temporal workflow show --output json` and its SDKs write it. */
const HistoryJson = z.looseObject({ events: z.array(JsonEvent).min(1) });

/** @throws ZodError for what is no history */
export function eventsOfJson(json: unknown): HistoryEvent[] {
  return HistoryJson.parse(json).events;
}

/** @param history as the server's messages are decoded, its payloads in clear */
export function eventsOfServer({ events }: History): HistoryEvent[] {
  const { EventType } = proto.temporal.api.enums.v1;
  return (events ?? []).map((event) => ({
    ...event,
    eventId: Number(event.eventId),
    eventTime: Number(event.eventTime?.seconds ?? 0) * 1000 + Math.floor((event.eventTime?.nanos ?? 0) / 1_000_000),
    eventType: EventType[event.eventType ?? 0] ?? '',
  }));
}

export function attributesOf(event: HistoryEvent, name: string): Record<string, unknown> | null {
  return objectIn(event, `${name}EventAttributes`);
}

export function failureIn(attributes: Record<string, unknown> | null): Failure | null {
  return objectIn(attributes, 'failure');
}

function objectIn(value: object | null, name: string): Record<string, unknown> | null {
  const found = (value as Record<string, unknown> | null)?.[name];
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : null;
}

export function summaryOf({ userMetadata }: HistoryEvent): string {
  const summary = userMetadata?.summary;
  const text = summary === null || summary === undefined ? '' : decode(summary.data);
  return typeof text === 'string' ? text : '';
}

export function decodeAll(value: unknown): unknown[] {
  const payloads = (value as Payloads)?.payloads;
  return Array.isArray(payloads) ? payloads.map((payload) => decode(payload?.data)) : [];
}

/** Undefined for what is no JSON: an empty payload, bytes, or what a codec has made of it. */
function decode(data: Payload['data']): unknown {
  try {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.from(data ?? []);
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What the failure, or what caused it, carries in its first detail. */
export function detailsIn(failure: Failure | null): object | null {
  for (let inner: Failure | null = failure; inner !== null; inner = inner.cause ?? null) {
    const [detail] = decodeAll(inner.applicationFailureInfo?.details);
    if (typeof detail === 'object' && detail !== null) return detail;
  }
  return null;
}

/** The innermost message says what went wrong. */
export function messageOf(failure: Failure | null): string | null {
  const inner = failure?.cause ? messageOf(failure.cause) : null;
  return inner ?? textOf(failure?.message);
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** An identifier, number or name; empty for what is none. The server's whole numbers come in two halves of 32 bits. */
export function wordOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const { low, high } = (value ?? {}) as { low?: unknown; high?: unknown };
  return typeof low === 'number' && typeof high === 'number' ? String(high * 2 ** 32 + (low >>> 0)) : '';
}
