/** Tells code from docs and from tests by path, which is what ranking and the kinds of search go by. */
import { basename, extname } from 'node:path/posix';
import { isSamplePath, isTestPath } from '../../lib/paths.ts';

/** `sample`: code that shows how to use other code; `config`: settings and plain records; `generated`: code that a program wrote. */
export type FileClass = 'code' | 'test' | 'docs' | 'sample' | 'config' | 'generated';

const docsExtensions = new Set(['.md', '.mdx', '.markdown', '.rst', '.adoc', '.asciidoc', '.txt', '.org']);
const docsFolders = /(^|\/)(docs?|documentation)\//i;
const configExtensions =
  /\.(json|jsonc|json5|ya?ml|toml|ini|cfg|conf|csv|tsv|svg|xml|po|pot|properties|env|lock|snap|plist)$/i;
const docsNames =
  /^(readme|changelog|changes|history|contributing|license|licence|authors|security|code_of_conduct)(\.|$)/i;
const generatedNames =
  /(^|\/)(__generated__|generated)\/|(_pb2(_grpc)?\.pyi?|\.pb\.(go|cc|h)|[._-](generated|gen|g)\.[a-z]+|\.designer\.cs)$/i;

/** A test stays a test wherever it is; a list of requirements or of words ending in `.txt` counts as docs. */
export function fileClass(path: string): FileClass {
  const name = basename(path);
  if (isTestPath(path)) return 'test';
  if (generatedNames.test(path)) return 'generated';
  if (docsExtensions.has(extname(name).toLowerCase()) || docsNames.test(name)) return 'docs';
  if (configExtensions.test(name) || name.startsWith('.')) return 'config';
  return docsFolders.test(path) || isSamplePath(path) || name.endsWith('.ipynb') ? 'sample' : 'code';
}
