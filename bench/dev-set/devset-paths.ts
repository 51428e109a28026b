/** Tells source files, which can be the expected ones of a development record, from all that changes along with them. */

export type SourceLanguage = 'typescript' | 'javascript';

/** `source`: TypeScript or JavaScript that the product consists of. `foreign`: source in another language. */
export type PathKind = 'source' | 'foreign' | 'aside';

const languages: Readonly<Record<string, SourceLanguage>> = {
  ...{ ts: 'typescript', tsx: 'typescript', mts: 'typescript', cts: 'typescript' },
  ...{ js: 'javascript', jsx: 'javascript', mjs: 'javascript', cjs: 'javascript' },
};

const foreignExtensions = new Set(
  'vue svelte astro css scss sass less styl html hbs ejs pug py rs go java kt rb php c cc cpp h swift sh wasm'.split(
    ' ',
  ),
);

const asideFolders = new Set([
  ...['test', 'tests', '__test__', '__tests__', 'spec', 'specs', 'e2e', 'cypress', 'testing', 'spec-dtslint'],
  ...['fixture', 'fixtures', '__fixtures__', 'mock', 'mocks', '__mocks__', '__snapshots__', 'testdata', 'test262'],
  ...['doc', 'docs', 'docs_app', 'website', 'websites', 'www', 'site', 'rxjs.dev', 'dev-app', 'components-examples'],
  ...['example', 'examples', 'demo', 'demos', 'playground', 'playgrounds', 'sandbox', 'sandboxes', 'storybook'],
  ...['bench', 'benchmark', 'benchmarks', 'script', 'scripts', 'tool', 'tools', 'tooling', 'tasks', 'release'],
  ...['dist', 'generated', 'vendor', 'vendors', 'third_party', 'node_modules', 'bower_components', 'deno', 'deno_dist'],
  ...['schematics', 'migrations', 'changelog', 'changelogs', 'locales', 'locale', 'lang'],
]);

const asideFolderPattern = /-tests$|^test-(utils|helpers|fixtures|data)$|-test-helpers$|^\./;
const asideFilePattern =
  /([._-](tests?|specs?|stories|bench|cy|e2e|tst|test-d)\.|^(test|jest)[._-]|\.(config|conf|min|bundle|generated)\.|rc\.[cm]?js$)/i;
const configNames = /^(gruntfile|gulpfile|rakefile|makefile|jakefile|karma|babel|version|changelog|package\.js)\b/i;

export function pathKind(path: string): PathKind {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  if (segments.some((folder) => asideFolders.has(folder.toLowerCase()) || asideFolderPattern.test(folder))) {
    return 'aside';
  }
  // A folder `build` at the root makes the product; deeper it may be a part of it.
  if (segments[0] === 'build' || segments[0] === 'utils') return 'aside';
  if (name.startsWith('.') || asideFilePattern.test(name) || configNames.test(name)) return 'aside';
  if (languageOf(path) !== null) return 'source';
  return foreignExtensions.has(extensionOf(path)) ? 'foreign' : 'aside';
}

export function languageOf(path: string): SourceLanguage | null {
  return languages[extensionOf(path)] ?? null;
}

/** The language of most of the paths; TypeScript when it is a draw. */
export function majorityLanguage(paths: readonly string[]): SourceLanguage {
  const typed = paths.filter((path) => languageOf(path) === 'typescript').length;
  return typed * 2 >= paths.length ? 'typescript' : 'javascript';
}

function extensionOf(path: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
