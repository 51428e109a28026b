/** Loads the checkout's `.env` and reads the configuration of this command. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCapabilityFile } from './capability-file.ts';
import type { Config } from './config.ts';
import type { EnvFile } from './env-file.ts';
import { readKeyFile } from './key-file.ts';
import { ConfigError, readConfig } from './read-config.ts';
import { systemErrorCode } from '../lib/errors.ts';
import { decodeText } from '../lib/text-file.ts';

/** The folder that holds package.json. */
export const checkoutFolder = dirname(import.meta.dirname);

/**
 * Only the checkout's own `.env` is read, never the one of the folder a command runs in: that may be a stranger's
 * repository, and a base URL or an executable named there would be obeyed.
 * @throws ConfigError with every mistake, an unreadable file among them. A missing file is none.
 */
export function loadConfig(env: Record<string, string | undefined>, checkout: string = checkoutFolder): Config {
  const path = join(checkout, '.env');
  let envFile: EnvFile | null = null;
  try {
    envFile = { path, text: decodeText(readFileSync(path)) };
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT')
      throw new ConfigError([unreadable(path, error), ...mistakesOf(env, checkout)]);
  }
  return withFiles(readConfig(env, envFile, checkout));
}

/** With what the files hold that settings name. */
function withFiles(config: Config): Config {
  const { capabilitiesFile } = config.model;
  const { file } = config.encryption;
  const { overrides, mistakes } =
    capabilitiesFile === null ? { overrides: [], mistakes: [] } : readCapabilityFile(capabilitiesFile);
  const { keys, mistakes: wrongKeys } = file === null ? { keys: [], mistakes: [] } : readKeyFile(file);
  if (mistakes.length + wrongKeys.length > 0) throw new ConfigError([...mistakes, ...wrongKeys]);
  const model = { ...config.model, capabilities: overrides };
  return { ...config, model, encryption: { ...config.encryption, keys } };
}

function unreadable(path: string, error: unknown): string {
  return systemErrorCode(error) === 'EISDIR'
    ? `${path}: expected a file, found a folder`
    : `${path}: cannot be read (${systemErrorCode(error) ?? 'unknown error'})`;
}

function mistakesOf(env: Record<string, string | undefined>, checkout: string): readonly string[] {
  try {
    readConfig(env, null, checkout);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}
