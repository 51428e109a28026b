/** Puts all mutants into the files, and into a workflow bundle of their own where workflows are among them. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledSwitch } from './bundled-switch.ts';
import { isEquivalent, type Equivalent } from './equivalents.ts';
import type { Instrumented } from './messages.ts';
import { mutantsOf, type SourceMutant } from './mutators.ts';
import { withMutants } from './schemata.ts';

/** `id` is its number in this run. */
export type Mutant = SourceMutant & { id: number; file: string; equivalent: boolean };

export type Built = { mutants: Mutant[]; folder: string };

/**
 * @param root the project
 * @param files with mutants, from the root
 * @param folder an empty one, for what is built
 */
export async function build(
  root: string,
  files: readonly string[],
  folder: string,
  { equivalents, workflows }: { equivalents: readonly Equivalent[]; workflows: boolean },
): Promise<Built> {
  mkdirSync(folder, { recursive: true });
  const mutants: Mutant[] = [];
  const texts: Instrumented['texts'] = { call: {}, compare: {} };
  const switchUrl = new URL('./switch.ts', import.meta.url).href;
  const inBundle = new Map<string, string>();
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8');
    const found = mutantsOf(source);
    const first = mutants.length + 1;
    const lines = source.split('\n');
    mutants.push(
      ...found.map((mutant, at) => {
        const line = lines[mutant.line - 1] ?? '';
        return { ...mutant, id: first + at, file, equivalent: isEquivalent({ ...mutant, file }, line, equivalents) };
      }),
    );
    for (const style of ['call', 'compare'] as const)
      texts[style][join(root, file)] = withMutants(source, found, { first, switchFrom: switchUrl, style });
    if (workflows)
      inBundle.set(
        file,
        withMutants(source, found, { first, switchFrom: join(folder, 'tree/switch.js'), style: 'call' }),
      );
  }
  const bundle = workflows ? await bundled(root, inBundle, folder) : null;
  const instrumented: Instrumented = { texts, bundle };
  writeFileSync(join(folder, 'instrumented.json'), JSON.stringify(instrumented));
  return { mutants, folder };
}

/** Bundles a copy of all that workflow code may import. */
async function bundled(root: string, texts: ReadonlyMap<string, string>, folder: string): Promise<string> {
  const tree = join(folder, 'tree');
  for (const part of ['workflows', 'contracts', 'lib', 'package.json'])
    cpSync(join(root, part), join(tree, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  writeFileSync(join(tree, 'switch.js'), bundledSwitch(folder));
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const workflowsPath = join(tree, 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const path = join(folder, 'workflows.js');
  writeFileSync(path, code);
  return path;
}
