/** Reads the configuration of the environment, mistakes as one line. */
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { ConfigError } from '../config/read-config.ts';
import { InvalidInput } from './errors.ts';

/**
 * The one place where commands look at the environment.
 * @param over settings that stand in place of those of the environment
 * @throws InvalidInput that names every setting that is wrong, in one line
 */
export function readSettings(over: Readonly<Record<string, string>> = {}): Config {
  try {
    return loadConfig({ ...process.env, ...over });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new InvalidInput('settings', `the configuration is wrong: ${error.mistakes.join('; ')}`);
  }
}
