/** How definitions look, line by line, in each language: plain patterns, good enough to name places. */

/** `name` and, where the pattern tells it, `kind` are named groups; else `kind` is the rule's own. */
export type DefinitionRule = { kind?: string; pattern: RegExp };

const javascript: DefinitionRule[] = [
  {
    pattern:
      /^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:(?<kind>function)\b\s*(?:\*\s*)?|(?:const\s+)?(?:class|interface|enum|namespace|type)\s+)(?<name>[\w$]+)/,
  },
  { kind: 'constant', pattern: /^(?:export\s+)?(?:declare\s+)?(?:const|let|var)\s+(?<name>[\w$]+)/ },
  {
    kind: 'function',
    pattern:
      /^\s+(?:const|let|var)\s+(?<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)/,
  },
  {
    kind: 'method',
    pattern:
      /^\s+(?:(?:public|private|protected|static|async|override|readonly|abstract|get|set)\s+)*\*?(?<name>#?[\w$]+)\s*(?:<[^<>]*>)?\([^()'"`]*\)\s*(?::[^={]+)?\{\s*$/,
  },
  { kind: 'function', pattern: /^\s*[\w$.]+\.(?<name>[\w$]+)\s*=\s*(?:async\s+)?function\b/ },
  { kind: 'export', pattern: /^(?:module\.)?exports\.(?<name>[\w$]+)\s*=/ },
  { kind: 'function', pattern: /^\s+(?<name>[\w$]+)\s*:\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*=>)/ },
];

const python: DefinitionRule[] = [
  { pattern: /^\s*(?:async\s+)?(?<kind>def|class)\s+(?<name>\w+)/ },
  { kind: 'constant', pattern: /^(?<name>[A-Z][A-Z0-9_]{2,})\s*(?::[^=]+)?=/ },
];

const go: DefinitionRule[] = [
  { kind: 'function', pattern: /^func\s+(?:\([^)]*\)\s*)?(?<name>\w+)/ },
  { pattern: /^(?<kind>type|const|var)\s+(?<name>\w+)/ },
];

const rust: DefinitionRule[] = [
  {
    pattern:
      /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?(?:extern\s+"[^"]*"\s+)?(?<kind>fn|struct|enum|trait|mod|type|union|static|macro_rules!)\s+(?:mut\s+)?(?<name>\w+)/,
  },
  { kind: 'constant', pattern: /^\s*(?:pub(?:\([^)]*\))?\s+)?const\s+(?<name>[A-Z]\w*)\s*:/ },
  {
    kind: 'impl',
    pattern: /^\s*(?:unsafe\s+)?impl(?:<[^>]*>)?\s+(?:[\w:<>,]+(?:\s+[\w:<>,]+)*?\s+for\s+)?(?<name>\w+)/,
  },
];

const modifiers =
  'public|private|protected|internal|static|final|abstract|virtual|override|async|synchronized|sealed|native|default|unsafe|extern|partial|readonly';
const javaLike: DefinitionRule[] = [
  {
    pattern: new RegExp(
      `^\\s*(?:(?:${modifiers})\\s+)*(?<kind>class|interface|enum|record|struct|namespace)\\s+(?<name>\\w+)`,
    ),
  },
  {
    kind: 'method',
    pattern: new RegExp(`^\\s+(?:(?:${modifiers})\\s+)+(?:<[^>]+>\\s*)?(?:[\\w.<>\\[\\],?]+\\s+)?(?<name>\\w+)\\s*\\(`),
  },
];

const ruby: DefinitionRule[] = [
  { pattern: /^\s*(?<kind>def|class|module)\s+(?:self\.)?(?<name>[A-Za-z_][\w:]*[?!=]?)/ },
];

const php: DefinitionRule[] = [
  {
    pattern:
      /^\s*(?:(?:abstract|final|public|private|protected|static|readonly)\s+)*(?<kind>function|class|interface|trait|enum)\s+&?(?<name>\w+)/,
  },
];

const c: DefinitionRule[] = [
  { pattern: /^\s*(?:typedef\s+)?(?:enum\s+)?(?<kind>struct|class|enum|union|namespace)\s+(?<name>\w+)(?!\w)[^;()]*$/ },
  { kind: 'macro', pattern: /^#\s*define\s+(?<name>\w+)/ },
  { kind: 'function', pattern: /^(?:[\w*&:<>,~]+\s+)+[*&]*(?<name>[\w:~]+)\s*\([^;]*$/ },
];

const others: DefinitionRule[] = [
  {
    pattern:
      /^\s*(?:[\w@]+\s+){0,5}?(?<kind>fun|func|def|class|object|trait|protocol|struct|enum|extension|interface)\s+(?<name>\w+)/,
  },
];

const shell: DefinitionRule[] = [{ kind: 'function', pattern: /^\s*(?:function\s+)?(?<name>[\w-]+)\s*\(\)\s*\{/ }];

/** A heading of level 1 has the indentation 0, so that sections nest as blocks do. */
const headings: DefinitionRule[] = [
  { kind: 'heading', pattern: /^#{1,6}\s+(?<name>\S.{0,119})/ },
  { kind: 'heading', pattern: /^={1,6}\s+(?<name>\S.{0,119})/ },
];

/** The lines that name cells in the text of a notebook, then what is mostly in them. */
const notebook: DefinitionRule[] = [{ kind: 'cell', pattern: /^%% cell (?<name>\d+):/ }, ...python];

const byExtensions: [string, DefinitionRule[]][] = [
  ['js mjs cjs jsx ts mts cts tsx vue svelte', javascript],
  ['py pyi pyx', python],
  ['go', go],
  ['rs', rust],
  ['java cs', javaLike],
  ['rb rake', ruby],
  ['php', php],
  ['c h cc cpp cxx hh hpp hxx', c],
  ['kt kts swift scala', others],
  ['sh bash zsh', shell],
  ['ipynb', notebook],
  ['md mdx markdown rst adoc asciidoc', headings],
];

const rulesByExtension = new Map(
  byExtensions.flatMap(([extensions, rules]) => extensions.split(' ').map((extension) => [extension, rules] as const)),
);

/** The rules for a file, by its extension; none where the language is not known. */
export function definitionRules(path: string): readonly DefinitionRule[] {
  return rulesByExtension.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase()) ?? [];
}
