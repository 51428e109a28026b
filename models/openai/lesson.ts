/** One thing that a refusal teaches: what is left out or replaced the next time. */
import type { Capabilities } from '../../contracts/model/capabilities.ts';
import type { WireBody } from './chat-body.ts';

export type Change = Partial<Capabilities>;

/**
 * `mayRepeat`: the same words again don't show that the change was wrong; `guess`: the words name nothing, so it stands only
 * if the call is answered.
 */
export type Lesson = { change: Change; blamed: string; mayRepeat: boolean; guess: boolean };

/** A body as it went out, streamed or not. */
export type SentBody = Omit<WireBody, 'stream' | 'stream_options'> & {
  stream?: boolean | null;
  stream_options?: unknown;
};

/** What to change where a thing is blamed; null where it was not sent. */
export type Rule = (sent: SentBody, message: string, known: Capabilities) => Change | null;
