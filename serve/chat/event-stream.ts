/** Server-sent events as OpenAI's clients read them. */

/** Comments keep proxies and clients from giving up on a stream that has nothing to say. */
export const keepAlive = ': keep-alive\n\n';
export const done = 'data: [DONE]\n\n';

/** One event. */
export function eventOf(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A response that says each text when there is room for it; a client that goes away ends the texts. */
export function eventStream(texts: AsyncGenerator<string, void>, headers: Record<string, string>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done: isDone, value } = await texts.next();
        if (isDone === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await texts.return();
      },
    },
    { highWaterMark: 0 },
  );
  const all = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no', ...headers };
  return new Response(body, { headers: all });
}

/** The events, and null wherever the next one lets wait for longer than that. */
export async function* withBeats<Event>(
  events: AsyncGenerator<Event, void>,
  everyMs: number,
): AsyncGenerator<Event | null, void> {
  try {
    for (;;) {
      const next = events.next();
      let result = await inTime(next, everyMs);
      while (result === null) {
        yield null;
        result = await inTime(next, everyMs);
      }
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    // Not awaited: it may wait for an event itself, and ends with its signal.
    void events.return().catch(() => {});
  }
}

async function inTime<Result>(work: Promise<Result>, ms: number): Promise<Result | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
