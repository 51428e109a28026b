/** The npm package as it is compiled, in the `node_modules` of a folder, beside the dependencies of the checkout: nothing is packed or fetched. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../client/run-command.ts';
import { checkout } from './temporal.ts';

/** What runs, without declarations: types are checked by `npm run check`, and checking is most of what compiling takes. */
const unchecked = ['--noCheck', '--declaration', 'false'];

/** @throws Error with what the compiler says */
export async function installCompiled(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const target = join(modules, '@switchyard-dev/switchyard');
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(join(checkout, 'node_modules')))
    if (!name.startsWith('.') && name !== '@switchyard-dev')
      symlinkSync(join(checkout, 'node_modules', name), join(modules, name));
  cpSync(join(checkout, 'package.json'), join(target, 'package.json'));
  const build = [join(checkout, 'deploy/package/build.ts'), join(target, 'dist'), ...unchecked];
  const { code, stdout, stderr } = await runProgram(process.execPath, build, { cwd: checkout, env: { GOGC: '400' } });
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}
