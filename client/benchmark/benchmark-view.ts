/** Shows how a benchmark gets on: one line that is written over on a terminal, a line now and then elsewhere. */
import type { BenchmarkProgress } from '../../contracts/benchmark.ts';
import { progressLine } from './benchmark-text.ts';
import { columnsOf, note } from '../terminal/output.ts';
import { cutToWidth } from '../../lib/terminal-width.ts';

export type BenchmarkView = Disposable & { update(progress: BenchmarkProgress): void };

/** Between two lines where nothing can be written over. */
const plainEveryMs = 10_000;

export function openBenchmarkView(stream: NodeJS.WriteStream = process.stderr): BenchmarkView {
  return stream.isTTY && process.env.TERM !== 'dumb' ? liveView(stream) : plainView();
}

function liveView(stream: NodeJS.WriteStream): BenchmarkView {
  let drawn = false;
  return {
    update: (progress) => {
      stream.write(`\r\u001b[K${cutToWidth(progressLine(progress), columnsOf(stream) - 1)}`);
      drawn = true;
    },
    [Symbol.dispose]: () => {
      if (drawn) stream.write('\n');
    },
  };
}

function plainView(): BenchmarkView {
  let [lastMs, lastLine] = [Number.NEGATIVE_INFINITY, ''];
  return {
    update: (progress) => {
      const line = progressLine(progress);
      if (performance.now() - lastMs < plainEveryMs || line === lastLine) return;
      [lastMs, lastLine] = [performance.now(), line];
      note(line);
    },
    [Symbol.dispose]: () => {},
  };
}
