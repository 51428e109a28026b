/** Which packages of a repository a question may be about, by where a search for it finds something. No model is asked. */
import type { MatchedPackages, MatchPackagesInput } from '../../contracts/decision.ts';
import type { SearchRow } from '../../contracts/tools.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import { fileClass } from '../../retrieval/snapshot/file-class.ts';
import { toolLimits } from '../attempts.ts';
import { runActivity } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';

const manifests = '{package.json,pyproject.toml,Cargo.toml,go.mod,composer.json,pubspec.yaml}';
const searchedRows = 30;
/** How much of what is found a package must hold to be one of several: of all, and beside the one that holds most. */
const leastShare = 0.15;
const leastOfFirst = 0.5;
const mostPackages = 6;

export const matchPackages =
  ({ retrieval }: Pick<ActivityDependencies, 'retrieval'>) =>
  ({ snapshot, question }: MatchPackagesInput): Promise<ActivityResult<MatchedPackages>> =>
    runActivity({ name: 'match-packages', type: 'span', limits: toolLimits }, async ({ signal }) => {
      await retrieval.ensure(snapshot, signal);
      const request = {
        callId: 'manifests',
        tool: 'list_files',
        argumentsText: JSON.stringify({ pattern: manifests }),
      };
      const { text } = await retrieval.runTool(snapshot, request, ['list_files'], signal);
      const folders = packageFolders(text.split('\n'));
      if (folders.length < 2) return { result: { packages: [] }, usage: null };
      const about = { query: question, kind: 'all', limit: searchedRows, wordsAlone: true } as const;
      const rows = await retrieval.search(snapshot, about, signal);
      return { result: { packages: severalOf(folders, rows, question) }, usage: null };
    });

/** Folders below the root that have a manifest; those of tests and examples are not what people ask about. */
function packageFolders(paths: readonly string[]): string[] {
  const names = new Set(manifests.slice(1, -1).split(','));
  const own = paths.filter((path) => names.has(path.split('/').at(-1) ?? '') && path.includes('/'));
  const folders = own.map((path) => path.slice(0, path.lastIndexOf('/')));
  return [...new Set(folders)].filter((folder) => !['test', 'sample'].includes(fileClass(`${folder}/index.js`)));
}

/** Packages that hold about as much of what was found; empty where one stands out, or the question names one. */
function severalOf(folders: readonly string[], rows: readonly SearchRow[], question: string): string[] {
  const words = new Set(
    question
      .toLowerCase()
      .match(/[\p{L}\p{N}_.@/-]+/gu)
      ?.map((word) => word.replace(/(?<![.?!/-])[.?!/-]+$/, '')),
  );
  const isNamed = (folder: string) => words.has(folder.toLowerCase()) || words.has(nameOf(folder));
  if (folders.some(isNamed)) return [];
  const weights = new Map<string | null, number>();
  for (const [at, { path }] of rows.entries()) {
    const folder = innermost(folders, path);
    weights.set(folder, (weights.get(folder) ?? 0) + 1 / (at + 1));
  }
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const ranked = [...weights].flatMap(([folder, weight]) => (folder === null ? [] : [{ folder, weight }]));
  ranked.sort((one, other) => other.weight - one.weight);
  const first = ranked[0]?.weight ?? 0;
  const close = ranked.filter(({ weight }) => weight >= leastOfFirst * first && weight >= leastShare * all);
  return close.length < 2 ? [] : close.slice(0, mostPackages).map(({ folder }) => folder);
}

const nameOf = (folder: string): string => folder.split('/').at(-1)?.toLowerCase() ?? '';

function innermost(folders: readonly string[], path: string): string | null {
  const holding = folders.filter((folder) => path.startsWith(`${folder}/`));
  return holding.toSorted((one, other) => other.length - one.length)[0] ?? null;
}
