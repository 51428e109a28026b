/** Loads the `.env` of the checkout, or of the user, and reads the configuration of this command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCapabilityFile } from './capability-file.ts';
import type { Config } from './config.ts';
import type { EnvFile } from './env-file.ts';
import { readForeignServers } from './foreign-servers-file.ts';
import { readKeyFile } from './key-file.ts';
import { ConfigError, readConfig } from './read-config.ts';
import { readServeKeyFile } from './serve-keys.ts';
import { systemErrorCode } from '../lib/errors.ts';
import { isPackaged, packageFolder } from '../lib/own-files.ts';
import { decodeText } from '../lib/text-file.ts';
import { userFolders } from '../lib/user-folders.ts';

/** The folder that holds package.json. */
export const checkoutFolder = packageFolder;

type Environment = Record<string, string | undefined>;

/**
 * Where settings are read, and where the data directory is unless they name another one: in the checkout, or for the npm
 * package in the user's folders, since `npm install` empties the package's.
 * @param checkout null: none, this is the npm package
 */
export function placesOf(
  env: Environment,
  checkout: string | null = isPackaged ? null : checkoutFolder,
): { envFile: string; dataDirectory: string } {
  if (checkout !== null) return { envFile: join(checkout, '.env'), dataDirectory: join(checkout, '.switchyard') };
  const { config, state } = userFolders(env);
  return { envFile: join(config, '.env'), dataDirectory: state };
}

/**
 * Never reads the `.env` of the folder that a command runs in: that may be a stranger's repository, and a base URL or an
 * executable named there would be obeyed.
 * @param checkout another one than that of this code
 * @throws ConfigError with every mistake, an unreadable file among them. A missing file is none.
 */
export function loadConfig(env: Environment, checkout?: string): Config {
  const { envFile: path, dataDirectory } = placesOf(env, checkout);
  let envFile: EnvFile | null = null;
  try {
    envFile = { path, text: decodeText(readFileSync(path)) };
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT')
      throw new ConfigError([unreadable(path, error), ...mistakesOf(env, dataDirectory)]);
  }
  return withFiles(readConfig(env, envFile, dataDirectory));
}

/** With what the files hold that settings name. */
function withFiles(config: Config): Config {
  const { capabilitiesFile } = config.model;
  const { file } = config.encryption;
  const { overrides, mistakes } =
    capabilitiesFile === null ? { overrides: [], mistakes: [] } : readCapabilityFile(capabilitiesFile);
  const { keys, mistakes: wrongKeys } = file === null ? { keys: [], mistakes: [] } : readKeyFile(file);
  const { servers, mistakes: wrongServers } = readForeignServers(config.foreignServers.file);
  const serve = config.serve.file === null ? { ...config.serve, mistakes: [] } : readServeKeyFile(config.serve.file);
  const all = [...mistakes, ...wrongKeys, ...wrongServers, ...serve.mistakes];
  if (all.length > 0) throw new ConfigError(all);
  const model = { ...config.model, capabilities: overrides };
  const foreignServers = { ...config.foreignServers, servers };
  return {
    ...config,
    model,
    encryption: { ...config.encryption, keys },
    foreignServers,
    serve: { ...config.serve, keys: serve.keys },
  };
}

function unreadable(path: string, error: unknown): string {
  return systemErrorCode(error) === 'EISDIR'
    ? `${path}: expected a file, found a folder`
    : `${path}: cannot be read (${systemErrorCode(error) ?? 'unknown error'})`;
}

function mistakesOf(env: Environment, dataDirectory: string): readonly string[] {
  try {
    readConfig(env, null, dataDirectory);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}
