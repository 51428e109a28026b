/** Holds every import to the table of `import-rules.ts` and finds cycles; type-only and dynamic imports count. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';
import { mayImport, packagesOfWorkflows, withoutTemporal } from './import-rules.ts';

export type Import = { from: string; to: string; line: number; typeOnly: boolean };

/** Every import of a source text: static, re-exporting, dynamic. @throws Error when the text does not parse */
export function importsOf(file: string, source: string): Import[] {
  const { module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: Import[] = [];
  const add = (to: string, at: number, typeOnly: boolean) =>
    found.push({ from: file, to, line: source.slice(0, at).split('\n').length, typeOnly });
  for (const { moduleRequest, entries, start } of module.staticImports)
    add(moduleRequest.value, start, entries.length > 0 && entries.every(({ isType }) => isType));
  for (const { entries, start } of module.staticExports)
    for (const { moduleRequest, isType } of entries) if (moduleRequest) add(moduleRequest.value, start, isType);
  for (const { moduleRequest, start } of module.dynamicImports) {
    const text = source.slice(moduleRequest.start, moduleRequest.end);
    if (/^['"].*['"]$/.test(text)) add(text.slice(1, -1), start, false);
  }
  return found.map((each) =>
    each.to.startsWith('.') ? { ...each, to: normalize(join(dirname(file), each.to)) } : each,
  );
}

/** One line for each import that the table does not allow. */
export function forbiddenImports(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, line, typeOnly }) => {
    const [own = '', folder = ''] = [topOf(from), topOf(to)];
    if (to.startsWith('@temporalio/') && withoutTemporal.includes(own))
      return [`${from}:${line} imports ${to}: ${own}/ is usable without Temporal`];
    if (own === 'workflows' && folder === '' && !typeOnly && !packagesOfWorkflows.includes(to))
      return [`${from}:${line} imports ${to}: workflow code is deterministic`];
    const allowed = mayImport[from] ?? mayImport[own];
    if (allowed === undefined || !(folder in mayImport) || folder === own || allowed.includes('*')) return [];
    if (allowed.includes(folder) || (typeOnly && allowed.includes(`types:${folder}`))) return [];
    const list = allowed.length === 0 ? 'nothing of ours' : allowed.join(', ').replaceAll('types:', 'types of ');
    return [`${from}:${line} imports ${to}: ${own}/ may import ${list}`];
  });
}

const topOf = (path: string): string =>
  path.includes('/') && !path.startsWith('@') ? path.slice(0, path.indexOf('/')) : '';

/** Groups of files that import each other in a circle (Tarjan's strongly connected components of more than one file). */
export function importCycles(imports: readonly Import[]): string[][] {
  const edges = Map.groupBy(imports, ({ from }) => from);
  const [index, low, onStack, stack, cycles] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Set<string>(),
    [] as string[],
    [] as string[][],
  ];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    onStack.add(file);
    for (const { to } of edges.get(file) ?? []) {
      if (!edges.has(to)) continue;
      if (!index.has(to)) visit(to);
      if (onStack.has(to)) low.set(file, Math.min(low.get(file) ?? 0, low.get(to) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    for (const each of group) onStack.delete(each);
    if (group.length > 1) cycles.push(group.sort());
  };
  for (const file of edges.keys()) if (!index.has(file)) visit(file);
  return cycles;
}

/** The sources of a checkout, new ones among them, relative to its root. @param root the checkout */
export function filesOfCheckout(root: string): string[] {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.js'], {
    cwd: root,
    encoding: 'utf8',
  });
  return files
    .trim()
    .split('\n')
    .filter((file) => !file.startsWith('test/fixtures/') && existsSync(join(root, file)));
}

/** Every import of the checkout's sources. @param root the checkout */
export function importsOfCheckout(root: string): Import[] {
  return filesOfCheckout(root).flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
}

if (import.meta.main) {
  const imports = importsOfCheckout(join(import.meta.dirname, '../..'));
  const problems = [
    ...forbiddenImports(imports),
    ...importCycles(imports).map((cycle) => `import cycle: ${cycle.join(' → ')}`),
  ];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
