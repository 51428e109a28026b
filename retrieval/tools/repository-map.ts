/** The repository at a glance: signatures only, of the files that the rest uses most, cut to a budget of tokens. */
import { rankByUse } from '../search/file-rank.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import { z } from 'zod';
import { pathFilter } from './path-filter.ts';
import { renderNotes } from './rendering.ts';
import { countParameter, defineTool, pathParameter } from './tool-table.ts';

/** `files` counts those shown. */
export type RepositoryMap = { text: string; files: number };
export type MapRequest = { tokens: number; accepts: (path: string) => boolean };

/** Code and prose have about this many characters a token. */
const charactersPerToken = 3.5;
const signaturesPerFile = 8;
const signatureCharacters = 110;
/** Files of which signatures are read at the most. */
const maxFiles = 400;

const shares = { code: 1, sample: 0.2, test: 0.1, config: 0, docs: 0, generated: 0 } as const;

/** The most used files first; the largest number of them that fits into the budget, found by bisection. */
export function repositoryMap(view: SnapshotView, { tokens, accepts }: MapRequest): RepositoryMap {
  const sections = orderOf(view)
    .filter((file) => accepts(file.path))
    .slice(0, maxFiles);
  const written = new Map<ViewFile, string>();
  const section = (file: ViewFile) => {
    const text = written.get(file) ?? sectionOf(view, file);
    written.set(file, text);
    return text;
  };
  const sizeOf = (count: number) => sections.slice(0, count).reduce((sum, file) => sum + section(file).length, 0);
  let [fits, tooMany] = [0, sections.length + 1];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (sizeOf(middle) <= tokens * charactersPerToken) fits = middle;
    else tooMany = middle;
  }
  return { text: sections.slice(0, fits).map(section).join(''), files: fits };
}

const orders = new WeakMap<SnapshotView, ViewFile[]>();

/** Files that define anything, best first: read once a view. */
function orderOf(view: SnapshotView): ViewFile[] {
  const known = orders.get(view);
  if (known !== undefined) return known;
  const ranks = rankByUse(view);
  const share = ({ path, class: of }: ViewFile) => shares[of] * (path.endsWith('.d.ts') ? 0.3 : 1);
  const score = (file: ViewFile) => (ranks.get(file.id) ?? 0) * share(file);
  const order = view.files
    .filter((file) => shares[file.class] > 0)
    .sort((one, other) => score(other) - score(one) || (one.path < other.path ? -1 : 1));
  orders.set(view, order);
  return order;
}

/** The path, then a line for each of the outer definitions; a long file shows those that other files use. */
function sectionOf(view: SnapshotView, file: ViewFile): string {
  const rows = view.store
    .prepare(`
      SELECT min(line) AS line, kind IN ('class', 'interface', 'struct', 'trait') AS outer,
        (SELECT count(*) FROM reference WHERE reference.name = definition.name) AS uses
      FROM definition WHERE file = ? AND kind NOT IN ('heading', 'key', 'variable', 'cell') AND name NOT LIKE '\\_\\_%' ESCAPE '\\'
      GROUP BY name ORDER BY outer DESC, uses DESC, line LIMIT ${signaturesPerFile}`)
    .all(file.id);
  if (rows.length === 0) return '';
  const lines = view.linesOf(file);
  const signatures = rows
    .map(({ line }) => Number(line))
    .sort((one, other) => one - other)
    .map((line) => `  ${line}| ${signatureOf(lines[line - 1] ?? '')}\n`);
  return `${file.path}\n${signatures.join('')}`;
}

/** Of `export function run(a, b) {` all but the brace. */
function signatureOf(line: string): string {
  const text = line
    .trimEnd()
    .replace(/(?:=>\s*)?\{$|=>$|:$/, '')
    .trimEnd()
    .replace(/[\t ]+/g, ' ');
  return text.length <= signatureCharacters ? text : `${text.slice(0, signatureCharacters - 1)}…`;
}

// Shows a repository at a glance.

const defaultTokens = 1_500;

export const repositoryMapTool = defineTool({
  description:
    'Outlines the most used files with the signatures of their functions and classes. Use it when you do not know where ' +
    'to begin.',
  kind: 'any',
  parameters: z.strictObject({
    path: pathParameter.optional(),
    tokens: countParameter(3_000, `Its length, at most 3000; ${defaultTokens} unless given.`).optional(),
  }),
  run(view, { path, tokens = defaultTokens }) {
    const map = repositoryMap(view, { tokens, accepts: pathFilter(view, path) });
    const note =
      map.files === 0
        ? 'nothing to show: no file here defines anything, try list_files'
        : `the ${map.files} most used files, narrow with path:`;
    return { status: 'ok', text: `${map.text}${renderNotes([note])}`, cut: map.files > 0, evidence: [] };
  },
});
