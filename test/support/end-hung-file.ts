/**
 * Loaded before each test file: once its tests are over, what a hung one has left open keeps the process for a while
 * only. `--test-timeout` ends the test alone, and `--test-force-exit` would leave the run's Temporal server behind.
 */
import { after } from 'node:test';

const leftMs = 15_000;

if (process.env.NODE_TEST_CONTEXT !== undefined)
  after(() => {
    const giveUp = () => {
      process.stderr.write(`still open ${leftMs / 1000} s after the last test: ${process.getActiveResourcesInfo()}\n`);
      process.exit(1);
    };
    setTimeout(giveUp, leftMs).unref();
  });
