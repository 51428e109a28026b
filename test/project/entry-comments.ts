/** Finds what the entries of the npm package export without a comment above it: the API documentation is made of those. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

type Parsed = ReturnType<typeof parseSync>;

/** @param entries sources of entries, relative to the root. @returns `file name`, sorted, each once */
export function undescribed(root: string, entries: readonly string[]): string[] {
  const parsed = new Map<string, { source: string } & Pick<Parsed, 'program' | 'comments' | 'module'>>();
  const read = (file: string) => {
    const source = readFileSync(join(root, file), 'utf8');
    const { program, comments, module } = parseSync(file, source);
    const known = { source, program, comments, module };
    parsed.set(file, known);
    return known;
  };
  const of = (file: string) => parsed.get(file) ?? read(file);
  /** @param name null: everything that the file exports */
  const look = (file: string, name: string | null): string[] => {
    const own = declaredIn(of(file)).filter((each) => name === null || each.name === name);
    const missing = [...Map.groupBy(own, (each) => each.name)]
      .filter(([, each]) => each.every(({ described }) => !described))
      .map(([each]) => `${file} ${each}`);
    const from = of(file).module.staticExports.flatMap(({ entries: all }) => all);
    const others = from.flatMap(({ moduleRequest, importName, exportName }) => {
      if (moduleRequest === null || !moduleRequest.value.startsWith('.')) return [];
      const to = normalize(join(dirname(file), moduleRequest.value));
      if (importName.kind !== 'Name') return look(to, name);
      return name === null || exportName.name === name ? look(to, importName.name) : [];
    });
    return [...missing, ...others];
  };
  return [...new Set(entries.flatMap((entry) => look(entry, null)))].sort();
}

type Source = { source: string } & Pick<Parsed, 'program' | 'comments'>;
type Declared = { name: string; described: boolean };

/** What a file itself declares and exports. */
function declaredIn({ source, program, comments }: Source): Declared[] {
  const isDescribed = (start: number) =>
    comments.some(({ value, end }) => value.startsWith('*') && end < start && source.slice(end, start).trim() === '');
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) return [];
    const described = isDescribed(statement.start);
    return namesOf(statement.declaration).map((name) => ({ name, described }));
  });
}

type Declaration = { id?: { name?: string } | null; declarations?: readonly { id: { name?: string } }[] };

function namesOf(declaration: object): string[] {
  const { declarations, id: own } = declaration as Declaration;
  const ids = declarations?.map(({ id }) => id) ?? [own];
  return ids.flatMap((id) => id?.name ?? []);
}
