/** What a view of a run's progress is told. */
import type { DraftRunEvent } from '../../application/runs/watch-drafts.ts';
import type { RunProgress } from '../../contracts/run.ts';

export type ProgressView = AsyncDisposable & {
  /** What happens before there is a run: a server starts, a download goes on. */
  preparing(text: string): void;
  update(progress: RunProgress, workflowId: string): void;
  /** What a draft says while it is written, one of `tries`; absent where nothing can be drawn again. */
  draft?(event: DraftRunEvent, tries: number): void;
};
