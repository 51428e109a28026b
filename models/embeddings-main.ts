/** Command: embeds for another process. The settings are the first line of stdin, each further line is a call. */
import { createInterface } from 'node:readline';
import { type Embed, type EmbeddingAnswer, EmbeddingCall, EmbeddingSettings } from '../contracts/embeddings.ts';
import { ModelFailure } from './chat-model.ts';
import { createOpenAiEmbeddings } from './openai/embeddings.ts';
import { messageOf } from '../lib/errors.ts';

const open = new Map<number, AbortController>();
let embed: Embed | null = null;

for await (const line of createInterface({ input: process.stdin })) {
  if (embed === null) {
    embed = createOpenAiEmbeddings(EmbeddingSettings.parse(JSON.parse(line)));
    continue;
  }
  const call = EmbeddingCall.parse(JSON.parse(line));
  if (call.ask === 'cancel') open.get(call.id)?.abort();
  else void answer(embed, call).then((reply) => reply && process.stdout.write(`${JSON.stringify(reply)}\n`));
}
// The caller has gone, and with it everyone who waits.
process.exit();

/** Null when the call was given up. */
async function answer(embed: Embed, call: EmbeddingCall & { ask: 'embed' }): Promise<EmbeddingAnswer | null> {
  const { id, kind, texts } = call;
  const cancel = new AbortController();
  open.set(id, cancel);
  try {
    const vectors = await embed(texts, kind, cancel.signal);
    return { ok: true, id, vectors: vectors.map((vector) => vector && Buffer.from(vector.buffer).toString('base64')) };
  } catch (error) {
    if (cancel.signal.aborted) return null;
    const { retry, retryAfterMs } = error instanceof ModelFailure ? error : { retry: false, retryAfterMs: null };
    return { ok: false, id, retry, retryAfterMs, message: messageOf(error) };
  } finally {
    open.delete(id);
  }
}
