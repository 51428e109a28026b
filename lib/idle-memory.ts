/**
 * Gives back to the system what a busy moment has needed. V8 collects garbage when something is allocated: a process that
 * waits for requests keeps for hours what its start or its last answer has left.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const usualEveryMs = 5_000;
/** Of the time between two looks; a process that polls needs less. */
const busyShare = 0.02;
/** What is not worth a collection. */
const slackBytes = 2 * 2 ** 20;

/** Looks now and then, until it is disposed of; keeps no process alive. A collection stops the process for some 50 ms. */
export function giveBackWhenIdle(everyMs = usualEveryMs): Disposable {
  let before = process.cpuUsage();
  let leftBytes = 0;
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    const isBusy = (user + system) / 1000 > busyShare * everyMs;
    if (isBusy || process.memoryUsage().heapTotal < leftBytes + slackBytes) return;
    collectGarbage();
    leftBytes = process.memoryUsage().heapTotal;
  }, everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  // This flavor shrinks the young generation, too.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
