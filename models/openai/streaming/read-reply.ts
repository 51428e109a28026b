/** Reads a response to its end, bounded in size and in silence; a streamed completion becomes the one that it stands for. */
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { createEventReader, type EventReader } from './event-stream.ts';
import { BrokenStream, createStreamedCompletion, type StreamedCompletion } from './streamed-completion.ts';

/** A reply of the largest models is well under one megabyte; logprobs can make it ten. */
const maxReplyBytes = 32 * 1024 * 1024;
/** After its finish reason a stream has only its usage to tell. */
const untilUsageMs = 5000;
/** What follows the end of a stream is not waited for; the connection may be used again where it comes at once. */
const untilEndMs = 1000;

/** What is to be known of a request while its reply arrives. */
export type Transfer = {
  /** The request asks for a stream: its reply may still be JSON. */
  streamed: boolean;
  idleSeconds: number;
  /** Set once a stream arrives: what has come of it, whatever becomes of it. */
  stream: StreamedCompletion | null;
  /** Told each piece of the text that a stream brings. */
  onText?: (piece: string) => void;
};

/**
 * The body as text; of a stream, the JSON of its completion.
 * @throws BrokenStream; the signal's abort or the socket's error, also when the body is cut short
 */
export async function readReply(incoming: IncomingMessage, transfer: Transfer): Promise<string> {
  const parts: Buffer[] = [];
  let isText = false;
  let events: EventReader | null = null;
  const feed = (piece: Buffer): void => {
    if (events === null) return;
    for (const event of events.push(piece)) transfer.stream?.take(event);
  };
  const take = (piece: Buffer): void => {
    parts.push(piece);
    // The first piece with something in it tells them apart.
    if (events === null && (isText || isBlank(piece))) return;
    isText = events === null && !(transfer.streamed && looksLikeEvents(parts, incoming));
    if (isText) return;
    events ??= createEventReader();
    transfer.stream ??= createStreamedCompletion(transfer.onText);
    for (const part of parts.splice(0)) feed(part);
  };
  const ending = await consume(decoded(incoming), take, transfer);
  const { stream } = transfer;
  if (stream === null) return Buffer.concat(parts).toString();
  if (ending === 'ended' && events !== null) for (const event of (events as EventReader).end()) stream.take(event);
  if (stream.stage() !== 'finished') throw new BrokenStream('the stream ended without a finish_reason');
  return JSON.stringify(stream.completion());
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Nothing but plain bodies is asked for, and some gateways compress them all the same. */
function decoded(incoming: IncomingMessage): Readable {
  const encoding = (incoming.headers['content-encoding'] ?? '').trim().toLowerCase();
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  // What becomes of it is told by the events of what is returned.
  return decoder === undefined ? incoming : pipeline(incoming, decoder(), () => undefined);
}

const isBlank = (piece: Buffer): boolean => /^\s*$/.test(piece.toString('latin1').replace(/^\xef\xbb\xbf/, ''));

/** By its first words, since gateways send JSON as an event stream and event streams as JSON. */
function looksLikeEvents(parts: readonly Buffer[], incoming: IncomingMessage): boolean {
  const start = Buffer.concat(parts)
    .toString()
    .replace(/^\uFEFF/, '')
    .trimStart();
  // A comment, or one of the fields data, event, id, retry, of which the first piece may hold one letter.
  if (/^[:deir]/.test(start)) return true;
  return /^text\/event-stream/i.test(incoming.headers['content-type'] ?? '') && !/^[[{<]/.test(start);
}

/** `ended`: the connection said so; `over`: the stream did; `quiet`: after its finish reason nothing more came. */
type Ending = 'ended' | 'over' | 'quiet';

function consume(incoming: Readable, take: (piece: Buffer) => void, transfer: Transfer): Promise<Ending> {
  const { promise, resolve, reject } = Promise.withResolvers<Ending>();
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const fail = (error: unknown): void => {
    // All that matters was there before the connection broke.
    if (transfer.stream?.stage() === 'finished' && bytes <= maxReplyBytes) resolve('quiet');
    else reject(error);
    incoming.destroy();
  };
  const watch = (): void => {
    clearTimeout(timer);
    const stage = transfer.stream?.stage() ?? 'waiting';
    if (stage === 'waiting') return;
    const idle = transfer.idleSeconds;
    const silence = () => new BrokenStream(`silent for ${idle} s`, { silentSeconds: idle });
    timer = setTimeout(() => fail(silence()), stage === 'finished' ? Math.min(idle * 1000, untilUsageMs) : idle * 1000);
  };
  const onPiece = (piece: Buffer): void => {
    bytes += piece.length;
    try {
      if (bytes > maxReplyBytes) throw new Error(`the reply is larger than ${maxReplyBytes} bytes`);
      take(piece);
    } catch (error) {
      incoming.off('data', onPiece);
      fail(error);
      return;
    }
    watch();
    if (transfer.stream?.isOver() !== true) return;
    incoming.off('data', onPiece).resume();
    const patience = setTimeout(() => incoming.destroy(), untilEndMs).unref();
    incoming.once('close', () => clearTimeout(patience));
    resolve('over');
  };
  incoming.on('data', onPiece);
  incoming.once('end', () => resolve('ended'));
  incoming.on('error', fail);
  incoming.once('close', () => fail(new Error('the connection was closed in the middle of the reply')));
  return promise.finally(() => clearTimeout(timer));
}
