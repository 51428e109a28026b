/** Loads tree-sitter grammars on demand and lends one parser for each language. */
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Language, Parser } from 'web-tree-sitter';

const byExtensions: [extensions: string, grammar: string][] = [
  ['ts mts cts', 'typescript'],
  ['tsx', 'tsx'],
  ['js mjs cjs jsx', 'javascript'],
  ['py pyi', 'python'],
  ['go', 'go'],
  ['rs', 'rust'],
  ['java', 'java'],
  ['c h cc cpp cxx hh hpp hxx', 'cpp'],
  ['cs', 'c-sharp'],
  ['rb rake', 'ruby'],
  ['php', 'php'],
  ['sh bash', 'bash'],
  ['json jsonc', 'json'],
  ['yaml yml', 'yaml'],
  ['toml', 'toml'],
];
const grammarOf = new Map(
  byExtensions.flatMap(([extensions, grammar]) => extensions.split(' ').map((one) => [one, grammar] as const)),
);

/** Grammars that the ready-made set lacks. */
const ownPackages = new Map([
  ['json', 'tree-sitter-json'],
  ['yaml', '@tree-sitter-grammars/tree-sitter-yaml'],
  ['toml', '@tree-sitter-grammars/tree-sitter-toml'],
]);

export type Grammar = { name: string; language: Language; parser: Parser };

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

const loaded = new Map<string, Promise<Grammar>>();
let started: Promise<void> | null = null;

export function hasGrammar(path: string): boolean {
  return grammarOf.has(extensionOf(path));
}

/** Null for a language that has no grammar here. */
export async function grammarFor(path: string): Promise<Grammar | null> {
  const name = grammarOf.get(extensionOf(path));
  if (name === undefined) return null;
  const known = loaded.get(name) ?? loadGrammar(name);
  loaded.set(name, known);
  return known;
}

/** After a parser has failed: the next file gets a new one. */
export function forgetGrammar({ name, parser }: Grammar): void {
  loaded.delete(name);
  parser.delete();
}

async function loadGrammar(name: string): Promise<Grammar> {
  started ??= start();
  await started;
  const folder = ownPackages.get(name) ?? '@vscode/tree-sitter-wasm/wasm';
  const file = import.meta.resolve(`${folder}/tree-sitter-${name}.wasm`);
  const language = await Language.load(fileURLToPath(file));
  const parser = new Parser();
  parser.setLanguage(language);
  return { name, language, parser };
}

/**
 * Grammars are compiled by V8's baseline compiler only: the optimizing one takes 500 MB for a while for their lexers,
 * which are huge functions, and makes them a fifth faster. The flags are heeded by what is compiled from now on.
 */
async function start(): Promise<void> {
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
  await Parser.init();
}
