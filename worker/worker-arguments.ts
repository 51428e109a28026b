/** The command line of `switchyard worker`, which is read before Temporal's library is loaded: that takes a second. */
import { parseArgs } from 'node:util';

const usage = `Usage: switchyard worker [options]

Runs a worker until it is told to stop, for the Temporal server that TEMPORAL_ADDRESS or TEMPORAL_PROFILE names;
127.0.0.1:7233 without. Everything else is a setting: "switchyard doctor" lists them, .env.example explains them.

Options:
  -h, --help  print this
`;

/**
 * Prints the help where that is asked for, and what is wrong where a word is not known, with exit code 2.
 * @returns whether a worker is wanted
 */
export function wantsWorker(): boolean {
  try {
    const { help } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } }, strict: true }).values;
    if (help === true) process.stdout.write(usage);
    return help !== true;
  } catch (error) {
    const [mistake] = (error instanceof Error ? error.message : String(error)).split('. ', 1);
    process.stderr.write(`switchyard worker: ${mistake}\n`);
    process.exitCode = 2;
    return false;
  }
}
