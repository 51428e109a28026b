/** The environment that our child processes get: what they need to run, and no key of ours. */

const always = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'USER', 'LOGNAME', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
const python = [
  'VIRTUAL_ENV',
  'PYENV_ROOT',
  'PYENV_VERSION',
  'REQUESTS_CA_BUNDLE',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
];

/** For the Temporal server: no TEMPORAL_* name reaches it, so that its flags alone decide. */
export function serverEnvironment(): Record<string, string> {
  return pick(always);
}

/** For the process that bundles the workflow code. */
export function bundlerEnvironment(): Record<string, string> {
  return pick([...always, 'NODE_COMPILE_CACHE']);
}

export function downloadEnvironment(): Record<string, string> {
  return pick([...always, ...proxies]);
}

/** pip's own settings (PIP_INDEX_URL and the like) are the user's choice of registry; the hashes hold anyway. */
export function pythonEnvironment(): Record<string, string> {
  const pip = Object.keys(process.env).filter((name) => name.startsWith('PIP_'));
  return pick([...always, ...proxies, ...python, ...pip]);
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
