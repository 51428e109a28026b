/** Remembers, for each model of an endpoint, whether it streams and whether it takes `stream_options`. */
import type { ErrorBody } from './error-body.ts';

/** `stream`: with usage at the end; `plain`: without asking for it; `whole`: the reply in one piece. */
export type StreamUse = 'stream' | 'plain' | 'whole';

export type StreamBook = {
  of(model: string): StreamUse;
  /** True when the refusal is about how the reply was asked for, and there is another way. */
  learn(model: string, used: StreamUse, refusal: ErrorBody): boolean;
};

/** @param streams what to try first */
export function createStreamBook(streams: boolean): StreamBook {
  const refusedBy = new Map<string, ReadonlySet<StreamUse>>();
  const order: readonly StreamUse[] = streams ? ['stream', 'plain', 'whole'] : ['whole', 'stream', 'plain'];
  const refused = (model: string): ReadonlySet<StreamUse> => refusedBy.get(model) ?? new Set();
  const of = (model: string): StreamUse => order.find((use) => !refused(model).has(use)) ?? 'whole';
  return {
    of,
    learn(model, used, refusal) {
      const lesson = new Set([...refused(model), ...usesRefused(used, refusal)]);
      // A call at its side may have learned it first.
      const isNew = lesson.size > refused(model).size || of(model) !== used;
      if (lesson.size < order.length) refusedBy.set(model, lesson);
      return isNew && lesson.size < order.length && usesRefused(used, refusal).length > 0;
    },
  };
}

export function streamFields(use: StreamUse): object {
  if (use === 'whole') return {};
  return { stream: true, ...(use === 'stream' ? { stream_options: { include_usage: true } } : {}) };
}

/** Only what was sent can be refused, and the lack of `stream` where it was not. */
function usesRefused(used: StreamUse, { message, param }: ErrorBody): StreamUse[] {
  const words = `${param ?? ''} ${message}`;
  if (used === 'whole') return /\bstream(ing|ed|s)?\b/i.test(words) ? ['whole'] : [];
  if (used === 'stream' && /stream[ _-]?options|include[ _-]?usage/i.test(words)) return ['stream'];
  return /\bstream(ing|ed|s)?\b/i.test(words) ? ['stream', 'plain'] : [];
}
