/** Loaded before each test file. */
import { after } from 'node:test';

const leftMs = 15_000;

/**
 * Once its tests are over, what a hung one has left open keeps the process for a while only. `--test-timeout` ends the
 * test alone, and `--test-force-exit` would leave the run's Temporal server behind.
 */
if (process.env.NODE_TEST_CONTEXT !== undefined)
  after(() => {
    const giveUp = () => {
      process.stderr.write(`still open ${leftMs / 1000} s after the last test: ${process.getActiveResourcesInfo()}\n`);
      process.exit(1);
    };
    setTimeout(giveUp, leftMs).unref();
  });

/** A SuppressedError shows what the test failed with and what its disposal failed with, which Node leaves out. */
Error.prepareStackTrace = (error: Error, frames) => {
  const text = [String(error), ...frames.map((frame) => `    at ${String(frame)}`)].join('\n');
  if (!(error instanceof SuppressedError)) return text;
  const inner = [error.suppressed, error.error].map((one: unknown) => (one instanceof Error ? one.stack : String(one)));
  return `${text}\nthe test: ${inner[0]}\nits disposal: ${inner[1]}`;
};
