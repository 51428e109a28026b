/** Finds exported functions and classes that another folder calls and that have no comment above them. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';
import { filesOfCheckout } from './check-imports.ts';

/** What a file takes from which other, by its names there. */
type Use = { file: string; name: string };

/** As the table of boundaries has them. */
const folderOf = (file: string): string => file.slice(0, Math.max(0, file.indexOf('/')));

/** @returns `file:line name`, sorted; @param root the checkout */
export function undocumented(root: string): string[] {
  const files = filesOfCheckout(root).filter((file) => /\.ts$/.test(file) && !/^(test|bench|examples)\//.test(file));
  const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const used = Map.groupBy(
    files.flatMap((file) => usesOf(file, sources.get(file) ?? '')),
    ({ file }) => file,
  );
  return files
    .flatMap((file) => {
      const names = new Set(used.get(file)?.map(({ name }) => name));
      return withoutComment(file, sources.get(file) ?? '').filter(({ name }) => names.has(name));
    })
    .map(({ file, line, name }) => `${file}:${line} ${name}`);
}

/** Values that a file imports from other folders; types say themselves what they are. */
function usesOf(file: string, source: string): Use[] {
  const { module } = parseSync(file, source);
  return module.staticImports.flatMap(({ moduleRequest, entries }) => {
    if (!moduleRequest.value.startsWith('.')) return [];
    const from = normalize(join(dirname(file), moduleRequest.value));
    if (folderOf(from) === folderOf(file)) return [];
    return entries
      .filter(({ isType }) => !isType)
      .map(({ importName }) => ({ file: from, name: importName.name ?? '' }));
  });
}

type Declared = { file: string; line: number; name: string };

/** Exported functions and classes without a doc comment directly above them. */
function withoutComment(file: string, source: string): Declared[] {
  const { program, comments } = parseSync(file, source);
  const isDescribed = (start: number) =>
    comments.some(({ value, end }) => value.startsWith('*') && end < start && source.slice(end, start).trim() === '');
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) return [];
    if (isDescribed(statement.start)) return [];
    const line = source.slice(0, statement.start).split('\n').length;
    return namesOf(statement.declaration).map((name) => ({ file, line, name }));
  });
}

type Declaration = { type: string; id?: { name?: string } | null; declarations?: readonly unknown[] };

/** Of functions and classes; a constant counts where it holds a function. */
function namesOf(declaration: object): string[] {
  const { type, id, declarations = [] } = declaration as Declaration;
  if (type === 'FunctionDeclaration' || type === 'TSDeclareFunction' || type === 'ClassDeclaration')
    return id?.name === undefined ? [] : [id.name];
  if (type !== 'VariableDeclaration') return [];
  return declarations.flatMap((each) => {
    const { id, init } = each as { id: { name?: string }; init: { type: string } | null };
    return init?.type === 'ArrowFunctionExpression' && id.name !== undefined ? [id.name] : [];
  });
}
