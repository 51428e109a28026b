/** The folders that a system keeps for the programs of a user: by the XDG base directories, or what else is customary there. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type UserFolders = {
  /** What must last: histories, journal, indexes. */
  state: string;
  /** What the user writes: settings. */
  config: string;
  /** What can be made again. */
  cache: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

const name = 'switchyard';

/** Ours among them. Nothing is created. @param home the user's home directory */
export function userFolders(
  env: Environment,
  { platform = process.platform as string, home = homedir() } = {},
): UserFolders {
  const [state, config, cache] = customary(env, platform, home);
  return {
    state: join(absolute(env.XDG_STATE_HOME) ?? state, name),
    config: join(absolute(env.XDG_CONFIG_HOME) ?? config, name),
    cache: join(absolute(env.XDG_CACHE_HOME) ?? cache, name),
  };
}

function customary(env: Environment, platform: string, home: string): readonly [string, string, string] {
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support');
    return [support, support, join(home, 'Library', 'Caches')];
  }
  if (platform === 'win32') {
    const local = absolute(env.LOCALAPPDATA) ?? join(home, 'AppData', 'Local');
    return [local, absolute(env.APPDATA) ?? join(home, 'AppData', 'Roaming'), join(local, 'Cache')];
  }
  return [join(home, '.local', 'state'), join(home, '.config'), join(home, '.cache')];
}

/** The specification has relative ones ignored. */
function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}
