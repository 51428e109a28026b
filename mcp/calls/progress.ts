/** Tells a client that waits what is done: at each change, and often enough that it does not give up. */
import { cut, inertMarkdown } from '../../lib/printable.ts';
import type { Call } from './call.ts';

/** What clients show of a message. */
const messageCharacters = 200;

export type Tell = (text: string) => void;

/** @param seconds how often the last message is told again @returns what the work gives */
export async function withProgress<Result>(
  { progressToken, notify }: Call,
  seconds: number,
  work: (tell: Tell) => Promise<Result>,
): Promise<Result> {
  if (progressToken === undefined) return work(() => {});
  let last = 'begun';
  let progress = 0;
  const send = () => {
    progress += 1;
    // Whoever has gone hears nothing.
    notify({ method: 'notifications/progress', params: { progressToken, progress, message: last } }).catch(() => {});
  };
  const timer = setInterval(send, seconds * 1000);
  try {
    return await work((text) => {
      const message = cut(inertMarkdown(text), messageCharacters);
      if (message === last || message === '') return;
      last = message;
      timer.refresh();
      send();
    });
  } finally {
    clearInterval(timer);
  }
}
