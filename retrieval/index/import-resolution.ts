/** Finds the file of a snapshot that an import means, as far as paths alone can tell. */
import { posix } from 'node:path';

/** What is known of the snapshot's paths: whole ones, and those without their extension. */
export type PathIndex = { has(path: string): boolean; endingLike(ending: string): string | null };

const scriptEndings = ['', '.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cjs', '.vue', '.svelte', '.d.ts', '.json'];
const scriptIndexes = ['/index.ts', '/index.tsx', '/index.js', '/index.jsx', '/index.mjs'];

/** Null for what lies outside the snapshot, and for what several files could be. */
export function resolveImport(from: string, specifier: string, paths: PathIndex): string | null {
  const extension = posix.extname(from).toLowerCase();
  if (extension === '.py' || extension === '.pyi') return pythonModule(from, specifier, paths);
  if (specifier.startsWith('.')) return relativeModule(from, specifier, paths);
  if (/^\.[mc]?[jt]sx?$|^\.(vue|svelte)$/.test(extension)) return workspaceModule(specifier, paths);
  if (extension === '.rs') return rustModule(from, specifier, paths);
  if (/^\.(java|kt|scala|cs|php)$/.test(extension)) {
    return paths.endingLike(`/${specifier.replace(/[.\\]/g, '/')}${extension}`);
  }
  if (/^\.(c|h|cc|cpp|cxx|hh|hpp|hxx)$/.test(extension)) {
    const beside = posix.join(posix.dirname(from), specifier);
    return paths.has(beside) ? beside : paths.endingLike(`/${specifier}`);
  }
  return extension === '.rb' ? paths.endingLike(`/${specifier}.rb`) : null;
}

function relativeModule(from: string, specifier: string, paths: PathIndex): string | null {
  const target = posix.join(posix.dirname(from), specifier.replace(/[?#].*/s, ''));
  const bare = target.replace(/\.(js|jsx|mjs|cjs)$/, '');
  for (const base of target === bare ? [target] : [target, bare]) {
    const found = firstOf(base, scriptEndings, paths) ?? firstOf(base, scriptIndexes, paths);
    if (found !== null) return found;
  }
  const ruby = `${target}.rb`;
  return paths.has(ruby) ? ruby : null;
}

/** `@scope/name/part` is looked for as `…/name/part` and `…/name/src/part`; a bare name as its `src/index`. */
function workspaceModule(specifier: string, paths: PathIndex): string | null {
  if (!/^(@|~|#|src\/|[\w.-]+\/)/.test(specifier) || specifier.startsWith('node:')) return null;
  const parts = specifier.replace(/^[@~#]\//, '').split('/');
  const inside = specifier.startsWith('@') && !specifier.startsWith('@/') ? parts.slice(1) : parts;
  const [name = '', ...rest] = inside;
  const bases = rest.length === 0 ? [`${name}/src/index`] : [inside.join('/'), [name, 'src', ...rest].join('/')];
  for (const base of bases) {
    for (const ending of [...scriptEndings.slice(1), ...scriptIndexes]) {
      const found = paths.endingLike(`/${base}${ending}`);
      if (found !== null) return found;
    }
  }
  return null;
}

function pythonModule(from: string, specifier: string, paths: PathIndex): string | null {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const path = specifier.slice(dots).replaceAll('.', '/');
  if (dots > 0) {
    const folder = posix.join(posix.dirname(from), ...Array<string>(dots - 1).fill('..'));
    const base = path === '' ? folder : posix.join(folder, path);
    return firstOf(base, ['.py', '.pyi', '/__init__.py'], paths);
  }
  const whole = firstOf(path, ['.py', '/__init__.py'], paths);
  if (whole !== null || !path.includes('/')) return whole ?? paths.endingLike(`/${path}/__init__.py`);
  return paths.endingLike(`/${path}.py`) ?? paths.endingLike(`/${path}/__init__.py`);
}

function rustModule(from: string, specifier: string, paths: PathIndex): string | null {
  const parts = specifier
    .replace(/[{*].*$/s, '')
    .split('::')
    .filter((part) => part !== '' && part !== 'crate');
  const folder = posix.dirname(from);
  const own = /\/(mod|lib|main)\.rs$/.test(`/${from}`) ? folder : from.replace(/\.rs$/, '');
  for (let taken = parts.length; taken > 0; taken -= 1) {
    const path = parts.slice(0, taken);
    const local = path[0] === 'self' || path[0] === 'super';
    const base = posix.join(path[0] === 'super' ? folder : own, ...path.slice(1));
    const found = local
      ? firstOf(base, ['.rs', '/mod.rs'], paths)
      : (paths.endingLike(`/src/${path.join('/')}.rs`) ?? paths.endingLike(`/src/${path.join('/')}/mod.rs`));
    if (found !== null) return found;
  }
  return null;
}

function firstOf(base: string, endings: readonly string[], paths: PathIndex): string | null {
  for (const ending of endings) {
    const path = base + ending;
    if (paths.has(path)) return path;
  }
  return null;
}
