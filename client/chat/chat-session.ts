/** The session of a chat: Ctrl-C ends the wait for a server, and not the chat. */
import { LastingSession } from '../../application/session/lasting-session.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import type { Config } from '../../config/config.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';

export class ChatSession extends LastingSession {
  readonly settings: Config;

  constructor(settings: Config) {
    super(() => openedFor(settings));
    this.settings = settings;
  }
}

/** @throws Interrupted, ServerUnavailable */
async function openedFor(settings: Config): Promise<Session> {
  using interrupt = listenForInterrupt();
  return await openSession({ settings, need: 'worker', onProgress: note, signal: interrupt.signal });
}
