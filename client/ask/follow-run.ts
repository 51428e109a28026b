/** Follows the events of a run for a command that shows them. */
import type { DraftRunEvent, WatchEvent } from '../../application/runs/watch-drafts.ts';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';

export type RunEnding =
  | { kind: 'finished'; outcome: AnswerOutcome }
  | { kind: 'interrupted' }
  /** Only where `stopWhenWaiting` asks for it. */
  | { kind: 'waiting'; progress: RunProgress };

export type Follower = {
  onProgress: (progress: RunProgress) => void;
  onDraft?: (event: DraftRunEvent) => void;
  /** True: a run that waits for a provider is left alone. */
  stopWhenWaiting: boolean;
};

/** @throws what the watch throws */
export async function followRun(
  events: AsyncIterable<WatchEvent>,
  { onProgress, onDraft, stopWhenWaiting }: Follower,
): Promise<RunEnding> {
  for await (const event of events) {
    if (event.kind === 'finished') return event;
    if (event.kind === 'started') continue;
    if (event.kind === 'draft' || event.kind === 'drafts-elsewhere') {
      onDraft?.(event);
      continue;
    }
    onProgress(event.progress);
    if (event.kind === 'waiting' && stopWhenWaiting) return event;
  }
  return { kind: 'interrupted' };
}
