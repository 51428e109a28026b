/** Lets a first Ctrl-C end a command in order, and a second one end it at once. */
import { exitCodes } from '../exit-codes.ts';

export type Interrupt = Disposable & { signal: AbortSignal };

/** npm and the wrapper around an older Node pass on the SIGINT that the terminal sends us too: that is one, not two. */
const sameMs = 300;

/** Aborts its signal at the first SIGINT, SIGTERM or SIGHUP; a later one exits with 130. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let first = 0;
  const hear = () => {
    if (first === 0) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > sameMs) process.exit(exitCodes.interrupted);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, hear);
    },
  };
}
