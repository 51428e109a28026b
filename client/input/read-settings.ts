/** Reads the configuration for a command, mistakes as one line. */
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { ConfigError } from '../../config/read-config.ts';
import { UsageError } from '../../lib/errors.ts';

/**
 * The one place where the command line looks at the environment.
 * @throws UsageError that names every setting that is wrong, in one line
 */
export function readSettings(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(`the configuration is wrong: ${error.mistakes.join('; ')}`);
  }
}
