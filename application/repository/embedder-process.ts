/** Has texts embedded by a child process: a surface itself loads no model code, and hands the key over by stdin. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Config } from '../../config/config.ts';
import { type Embed, EmbeddingAnswer, type EmbeddingCall } from '../../contracts/embeddings.ts';
import type { Embeddings } from '../../retrieval/index/embed-snapshot.ts';
import { moduleFile } from '../../lib/own-files.ts';

export type Embedder = AsyncDisposable & { embeddings: Embeddings };

type Child = ChildProcessByStdio<Writable, Readable, null>;
type Waiting = { resolve: (answer: EmbeddingAnswer) => void; reject: (error: Error) => void };

/** The process is there until it is left (`await using`); calls that are open then are rejected. */
export function startEmbedder({ weight, ...settings }: NonNullable<Config['embeddings']>): Embedder {
  const file = moduleFile('models/embeddings-main');
  const child: Child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, Waiting>();
  child.stdin.on('error', () => undefined); // its end is reported by 'close'
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = EmbeddingAnswer.parse(JSON.parse(line));
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('the process that embeds has ended'));
      waiting.clear();
      resolve();
    });
  });
  const embed = embedThrough(child, waiting);
  return {
    embeddings: { embed, settings, weight },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await closed;
    },
  };
}

function embedThrough(child: Child, waiting: Map<number, Waiting>): Embed {
  let calls = 0;
  const send = (call: EmbeddingCall) => child.stdin.write(`${JSON.stringify(call)}\n`);
  return async (texts, kind, signal) => {
    signal.throwIfAborted();
    calls += 1;
    const id = calls;
    const cancel = () => {
      send({ ask: 'cancel', id });
      waiting.get(id)?.reject(signal.reason);
      waiting.delete(id);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await new Promise<EmbeddingAnswer>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send({ ask: 'embed', id, kind, texts: [...texts] });
      });
      return vectorsOf(answer);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** @throws Error with the fields of `EmbeddingTrouble` */
function vectorsOf(answer: EmbeddingAnswer): (Float32Array | null)[] {
  if (!answer.ok) {
    const { message, retry, retryAfterMs } = answer;
    throw Object.assign(new Error(message), { retry, retryAfterMs });
  }
  return answer.vectors.map((text) => {
    if (text === null) return null;
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    return new Float32Array(bytes.buffer);
  });
}
