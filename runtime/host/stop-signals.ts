/** Turns SIGINT, SIGTERM and SIGHUP into one abort signal, so that a main can stop its parts in order. */

export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new Error(`received ${name}`)));
  }
  return stop.signal;
}
