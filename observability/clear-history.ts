/** Reads histories as they were before a codec, so that whoever looks into their payloads finds JSON there. */
import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { EncryptionKeyUnknown } from '../codecs/failures.ts';

type Decoding = Pick<Client, 'options'>;
type Wire = { metadata?: Record<string, Uint8Array> | null; data?: Uint8Array | null };

/**
 * The history of a run, as its worker sees it.
 * @throws EncryptionKeyUnknown, EncryptedDataDamaged
 */
export async function fetchClearHistory(
  client: Pick<Client, 'options' | 'workflow'>,
  { workflowId, runId }: { workflowId: string; runId?: string },
): Promise<History> {
  return clearPayloads(await client.workflow.getHandle(workflowId, runId).fetchHistory(), client);
}

/**
 * Decodes every payload in a message of the server, wherever it stands, in place. Messages and stack traces of failures,
 * which are in a payload where they are encrypted, go back to where they stand otherwise.
 * @returns the message
 */
export async function clearPayloads<Message>(message: Message, { options }: Decoding): Promise<Message> {
  const codecs = options.loadedDataConverter.payloadCodecs;
  const payloads: Wire[] = [];
  const failures: Record<string, unknown>[] = [];
  visit(message, (part) => {
    if (isPayload(part)) payloads.push(part);
    else if (part.encodedAttributes) failures.push(part);
  });
  if (codecs.length === 0) refuseEncrypted(payloads);
  else await decodeAll(payloads, codecs);
  for (const failure of failures) putBack(failure);
  return message;
}

/** With payloads before what they stand in. */
function visit(value: unknown, see: (part: Record<string, unknown>) => void): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const part of Object.values(value)) visit(part, see);
  see(value as Record<string, unknown>);
}

function isPayload(part: object): part is Wire {
  return 'metadata' in part && 'data' in part && part.data instanceof Uint8Array;
}

async function decodeAll(payloads: readonly Wire[], codecs: readonly PayloadCodec[]): Promise<void> {
  let decoded: Wire[] = [...payloads];
  for (const codec of codecs.toReversed()) decoded = await codec.decode(decoded);
  for (const [at, payload] of payloads.entries()) Object.assign(payload, decoded[at]);
}

/** Whoever took such a payload for one that says nothing would, for example, remove what it needs. */
function refuseEncrypted(payloads: readonly Wire[]): void {
  for (const { metadata } of payloads) {
    const keyId = metadata?.['encryption-key-id'];
    if (keyId !== undefined) throw new EncryptionKeyUnknown(Buffer.from(keyId).toString('utf8'));
  }
}

/** As the failure converter has taken them out (codecs/failure-converter.ts). */
function putBack(failure: Record<string, unknown>): void {
  try {
    const { data } = failure.encodedAttributes as Wire;
    const said = JSON.parse(Buffer.from(data ?? []).toString('utf8')) as { message?: unknown; stack_trace?: unknown };
    if (typeof said.message === 'string') failure.message = said.message;
    if (typeof said.stack_trace === 'string') failure.stackTrace = said.stack_trace;
  } catch {
    // Another program has written it in a way of its own: the message stays "Encoded failure".
  }
}
