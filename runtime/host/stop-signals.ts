/** Turns SIGINT, SIGTERM and SIGHUP into one abort signal, so that a main can stop its parts in order. */
import { constants } from 'node:os';

/** A terminal sends SIGINT to npm and to us, and npm passes it on: that is one, not two. */
const sameMs = 300;

/** A second signal ends the process at once, with 128 and its number: 130 after SIGINT, 143 after SIGTERM. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let firstMs: number | null = null;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (firstMs !== null && performance.now() - firstMs > sameMs) process.exit(128 + constants.signals[name]);
      firstMs ??= performance.now();
      stop.abort(new Error(`received ${name}`));
    });
  }
  return stop.signal;
}
