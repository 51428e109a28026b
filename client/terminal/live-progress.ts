/** Draws a run's progress on a terminal: one task a stage, what is being done below it. */
import { DefaultRenderer, Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput, SimpleRenderer } from 'listr2';
import type { RunProgress } from '../../contracts/run.ts';
import { printableLine } from '../../lib/printable.ts';
import { draftLines } from './draft-lines.ts';
import { routeText, usageText, waitingText } from '../../application/words/run-words.ts';
import type { ProgressView } from './progress.ts';

/** listr2 looks at stdout to decide whether it may draw; we draw on stderr and have looked there. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

type Task = ListrTaskWrapper<unknown, typeof StderrRenderer, typeof SimpleRenderer>;
type Step = {
  title: (progress: RunProgress | null) => string;
  /** The stages of the workflow that this step covers. */
  stages: RunProgress['stage'][];
};

const steps: Step[] = [
  { title: () => 'get ready', stages: [] },
  {
    title: (progress) => `open the repository${label(progress?.state.snapshot?.label)}`,
    stages: ['opening'],
  },
  {
    title: (progress) => (progress?.state.route ? routeText(progress.state) : 'choose a route'),
    stages: ['routing'],
  },
  {
    title: (progress) => `specialists and review${retries(progress)}`,
    stages: ['delegating', 'reviewing'],
  },
  { title: () => 'synthesis', stages: ['synthesizing'] },
];

function label(text: string | undefined): string {
  return text === undefined ? '' : `: ${printableLine(text)}`;
}

function retries(progress: RunProgress | null): string {
  const count = progress?.state.retry_count ?? 0;
  return count === 0 ? '' : `, sent back ${count === 1 ? 'once' : `${count} times`}`;
}

/** Steps only ever move forward: a draft that is sent back stays within its step. */
export function liveView(): ProgressView {
  const gates = steps.map(() => Promise.withResolvers<void>());
  const running: (Task | undefined)[] = [];
  const drafts = draftLines();
  let [at, text] = [0, ''];
  let known: RunProgress | null = null;
  const redraw = () => {
    running.forEach((task, index) => {
      if (task !== undefined) task.title = steps[index]?.title(known) ?? '';
    });
    const task = running[at];
    if (task !== undefined) task.output = [text, ...drafts.lines(process.stderr)].join('\n');
  };
  const redrawSoon = atMostEvery(drawEveryMs, redraw);
  const list = new Listr(
    steps.map(({ title }, index) => ({
      title: title(null),
      task: (_, task) => {
        running[index] = task;
        redraw();
        return gates[index]?.promise;
      },
    })),
    listOptions(),
  );
  const drawn = list.run();
  const advance = (to: number) => {
    for (; at < to; at += 1) gates[at]?.resolve();
  };
  return {
    preparing: (what) => {
      text = what;
      redraw();
    },
    update: (progress, workflowId) => {
      advance(Math.max(at, stepOf(progress, at)));
      const what = waitingText(progress, workflowId) ?? printableLine(progress.doing);
      [known, text] = [progress, `${what}\n${usageText(progress.state.usage)}`];
      redraw();
    },
    draft: (event, tries) => {
      drafts.take(event, tries);
      redrawSoon();
    },
    [Symbol.asyncDispose]: async () => {
      advance(steps.length);
      await drawn;
    },
  };
}

/** A terminal need not be drawn for each piece of a fast model. */
const drawEveryMs = 30;

/** Acts at once, and what is asked for meanwhile once more when the time has passed. */
function atMostEvery(ms: number, act: () => void): () => void {
  let [isQuiet, isAsked] = [true, false];
  const ask = () => {
    if (!isQuiet) {
      isAsked = true;
      return;
    }
    [isQuiet, isAsked] = [false, false];
    act();
    setTimeout(() => {
      isQuiet = true;
      if (isAsked) ask();
    }, ms).unref();
  };
  return ask;
}

/** Waiting has no step of its own; the end passes all of them. */
function stepOf({ stage }: RunProgress, at: number): number {
  if (stage === 'finished') return steps.length;
  const found = steps.findIndex(({ stages }) => stages.includes(stage));
  return found === -1 ? at : found;
}

function listOptions() {
  const processOutput = new ProcessOutput(process.stderr, process.stdout);
  return {
    concurrent: false,
    renderer: StderrRenderer,
    fallbackRenderer: SimpleRenderer,
    registerSignalListeners: false,
    rendererOptions: { logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput }), clearOutput: true },
  } as const;
}
