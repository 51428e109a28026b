/** Shows how a run gets on: a live list on a terminal, plain lines elsewhere; always on stderr. */
import { note } from './output.ts';
import { progressLine, waitingText } from '../../application/words/run-words.ts';
import type { ProgressView } from './progress.ts';

/** Some terminals that programs open say that they have no columns at all. */
const narrowest = 20;

/** The view for this stderr; a terminal that cannot move its cursor gets lines. */
export async function openProgressView(): Promise<ProgressView> {
  const { isTTY, columns } = process.stderr;
  if (!isTTY || columns < narrowest || process.env.TERM === 'dumb') return plainView(note);
  const { liveView } = await import('./live-progress.ts');
  return liveView();
}

/** One line whenever stage, doing or waiting change; `write` adds the line's end. */
export function plainView(write: (line: string) => void, label = ''): ProgressView {
  let last = '';
  const once = (key: string, line: string) => {
    if (key === last) return;
    last = key;
    write(`${label}${line}`);
  };
  return {
    preparing: (text) => once(text, text),
    update: (progress, workflowId) => {
      const waiting = waitingText(progress, workflowId);
      if (waiting !== null) once(waiting, waiting);
      else once(`${progress.stage} ${progress.doing}`, progressLine(progress));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
