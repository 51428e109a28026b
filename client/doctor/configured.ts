/** Lists every setting with its value and where it came from; secrets are never shown. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvFile } from '../../config/env-file.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { settingNames, settings } from '../../config/settings.ts';
import { systemErrorCode } from '../../lib/errors.ts';

export type ConfiguredSetting = {
  name: string;
  /** Null when it is not set. A secret shows as `set (51 characters)`. */
  value: string | null;
  from: 'environment' | '.env' | 'default';
  /** What holds when it is not set; null: nothing. */
  unset: string | null;
};

/** The environment wins over the file, and an empty value there unsets what the file says: as `readConfig` does it. */
export function configuredSettings(env: Record<string, string | undefined>): ConfiguredSetting[] {
  const file = fileValues();
  const temporal = Object.keys({ ...file, ...env })
    .filter((name) => name.startsWith('TEMPORAL_'))
    .sort();
  return [...settingNames, ...temporal].map((name) => {
    const { unset = null, secret = /KEY|TLS|METADATA/.test(name) } = settingOf(name);
    const text = (env[name] ?? file[name] ?? '').trim();
    if (text === '') return { name, value: null, from: 'default', unset };
    const value = secret ? `set (${text.length} characters)` : withoutUser(text);
    return { name, value, from: env[name] === undefined ? '.env' : 'environment', unset };
  });
}

function settingOf(name: string): { unset?: string | null; secret?: boolean } {
  const known: Record<string, { unset: string | null; secret: boolean }> = settings;
  return Object.hasOwn(known, name) ? (known[name] ?? {}) : {};
}

/** An address may carry a user and a password. */
function withoutUser(text: string): string {
  return text.replace(/(\/\/)[^/@\s]+@/, '$1…@');
}

function fileValues(): Record<string, string> {
  try {
    const path = join(checkoutFolder, '.env');
    return parseEnvFile({ path, text: readFileSync(path, 'utf8') }).values;
  } catch (error) {
    // Why it cannot be read is among the mistakes of the configuration, which are shown beside this list.
    if (systemErrorCode(error) === null) throw error;
    return {};
  }
}
