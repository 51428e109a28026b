/**
 * Runs the steps of a composite action of GitHub in a shell, as a runner does: each a file for bash with -e and pipefail, its
 * environment from the step's `env`, conditions and expressions as far as our action uses them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runProgram } from '../client/run-command.ts';

type Step = { id?: string; name: string; if?: string; run: string; shell: string; env?: Record<string, string> };
type Action = {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
};

export type ActionRun = {
  /** Of the first step that failed, or 0. */
  code: number;
  /** What the steps printed, both streams. */
  output: string;
  /** The summary of the job. */
  summary: string;
  outputs: Record<string, string>;
};

export type ActionGiven = {
  inputs: Record<string, string>;
  /** Values of the context `github`. */
  github: Record<string, string>;
  /** Of the job. */
  env: Record<string, string>;
  /** A folder for the runner's own files. */
  runner: string;
  cwd: string;
};

export async function runAction(
  file: string,
  { inputs: given, github, env, runner, cwd }: ActionGiven,
): Promise<ActionRun> {
  const action = parse(readFileSync(file, 'utf8')) as Action;
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  const context = { inputs: {} as Record<string, string>, github, steps };
  for (const [name, { default: usual = '' }] of Object.entries(action.inputs))
    context.inputs[name] = given[name] ?? filled(usual, context);
  mkdirSync(runner, { recursive: true });
  const files = { GITHUB_STEP_SUMMARY: join(runner, 'summary'), GITHUB_OUTPUT: join(runner, 'output') };
  writeFileSync(files.GITHUB_STEP_SUMMARY, '');
  let [code, output] = [0, ''];
  for (const step of action.runs.steps) {
    if (!holds(step.if ?? (code === 0 ? 'always()' : 'false'), context)) continue;
    writeFileSync(files.GITHUB_OUTPUT, '');
    const script = join(runner, 'step.sh');
    writeFileSync(script, filled(step.run, context));
    const own = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, context)]),
    );
    const end = await runProgram('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
      cwd,
      env: { ...env, ...files, RUNNER_TEMP: runner, ...own },
    });
    output += end.stdout + end.stderr;
    if (code === 0) code = end.code ?? 1;
    const lines = readFileSync(files.GITHUB_OUTPUT, 'utf8').trim().split('\n');
    if (step.id !== undefined)
      steps[step.id] = {
        outputs: Object.fromEntries(lines.map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '')])),
      };
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, context)]);
  return {
    code,
    output,
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    outputs: Object.fromEntries(outputs),
  };
}

type Context = Record<string, Record<string, unknown>>;

/** `${{ inputs.name }}` and the like; what there is not is empty. */
function filled(text: string, context: Context): string {
  return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, path: string) => String(contextValue(path, context) ?? ''));
}

function contextValue(path: string, context: Context): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Context | undefined)?.[name], context);
}

/** Terms joined by `&&`: nothing was cancelled here. */
function holds(condition: string, context: Context): boolean {
  const terms = condition.replace(/^\$\{\{|\}\}$/g, '').split('&&');
  return terms.every((each) => {
    const term = each.trim();
    if (term === 'always()' || term === '!cancelled()') return true;
    const [, path, value] = /^([\w.]+) == '([^']*)'$/.exec(term) ?? [];
    return path !== undefined && contextValue(path, context) === value;
  });
}
