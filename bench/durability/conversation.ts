/** `npm run bench:conversation`: a conversation as a person has it, with `switchyard chat` on a pipe. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutFolder } from '../../config/load-config.ts';
import { runtimePid } from '../support/runtime-process.ts';
import type { Kill } from './call-counts.ts';
import { lossesOf, markdownOf, type ShownThread } from './conversation-report.ts';
import { readOptions } from '../support/bench-options.ts';

readOptions(
  'npm run bench:conversation --',
  'Has a conversation with switchyard chat: follow-ups, a commit in between, a branch. The runtime is killed in ' +
    'the middle of one turn, and runtime and chat in the middle of another. Prints the transcript, the table of ' +
    "rewrites, and from the model's own log which calls were paid twice.",
  {},
);

const folder = mkdtempSync(join(tmpdir(), 'switchyard-conversation-'));
const repository = join(folder, 'commander');
const home = join(folder, 'home');
const modelLog = join(folder, 'model.jsonl');
const client = join(checkoutFolder, 'client/bin.js');
const thread = 'flags';

type Step = { say: string; kill?: 'runtime' | 'runtime and chat' } | { change: string };

const steps: Step[] = [
  { say: 'How does the Option class split its flags?' },
  { say: 'What about negated options?' },
  { say: 'How are variadic options parsed?' },
  { say: 'Where is that documented?', kill: 'runtime' },
  { say: 'What does suggestSimilar do?' },
  { say: 'And how many edits does it allow?' },
  { change: '20 lines of comment in lib/suggestSimilar.js, a variable renamed in lib/command.js' },
  { say: 'Is it exported?' },
  { say: 'Which error is thrown for a missing argument?' },
  { say: 'Why?', kill: 'runtime and chat' },
  { say: '/fork 3' },
  { say: 'And do they take default values?' },
  { say: 'What does parseAsync() do in another way than parse()?' },
  { say: '/turns' },
  { say: 'When should I use it?' },
  { say: '/sources' },
];

makeRepository();
const model = startModel();
const modelUrl = await addressOf(model);
let chat = startChat();
const transcript: string[] = [];
const kills: Kill[] = [];
try {
  for (const step of steps) await take(step);
  await chat.end();
  const shown = JSON.parse(switchyard('threads', 'show', thread, '--json')) as ShownThread;
  process.stdout.write(`${markdownOf(transcript, shown)}\n${lossesOf(readFileSync(modelLog, 'utf8'), kills, shown)}\n`);
} finally {
  chat.kill();
  model.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

async function take(step: Step): Promise<void> {
  if ('change' in step) {
    commitChange();
    transcript.push(`\n# a commit: ${step.change}\n`);
    return;
  }
  transcript.push(`> ${step.say}\n`);
  const answer = chat.ask(step.say);
  if (step.kill !== undefined) {
    await chat.untilSaid(/delegating|reviewing/);
    process.kill(runtimePid(home), 'SIGKILL');
    kills.push({ workflowId: thread, at: Date.now(), ofWorker: true });
    transcript.push(`# kill -9 of the ${step.kill}`);
    if (step.kill === 'runtime and chat') {
      chat.kill();
      answer.catch(() => {});
      chat = startChat();
      transcript.push(`$ switchyard chat --thread ${thread}\n`, await chat.answer());
      return;
    }
  }
  transcript.push(await answer);
}

function makeRepository(): void {
  mkdirSync(repository);
  for (const part of ['lib', 'Readme.md']) {
    cpSync(join(checkoutFolder, 'node_modules/commander', part), join(repository, part), { recursive: true });
  }
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'as published');
}

/** Lines that answers have cited move, and others change. */
function commitChange(): void {
  edit('lib/suggestSimilar.js', (source) => `${'// Suggestions for what was mistyped.\n'.repeat(20)}${source}`);
  edit('lib/command.js', (source) => source.replaceAll('candidateFlags', 'knownFlags'));
  git('commit', '--quiet', '--all', '--message', 'Names and comments');
}

function edit(path: string, change: (source: string) => string): void {
  const file = join(repository, path);
  const source = readFileSync(file, 'utf8');
  const changed = change(source);
  if (changed === source) throw new Error(`${file} is not what it was: nothing changed`);
  writeFileSync(file, changed);
}

function git(...args: string[]): void {
  execFileSync('git', ['-C', repository, '-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args]);
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    SWITCHYARD_HOME: home,
    SWITCHYARD_TRACES: 'none',
    SWITCHYARD_MODEL: 'switchyard-offline',
    OPENAI_BASE_URL: modelUrl,
    NO_COLOR: '1',
  };
}

function switchyard(...args: string[]): string {
  return execFileSync(process.execPath, [client, ...args], { env: environment(), encoding: 'utf8' });
}

/** Replies take long enough to be killed in. */
function startModel() {
  const args = ['model', '--log', modelLog, '--json', '--faults', 'seed=1;latency=200-500'];
  return spawn(process.execPath, [client, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function addressOf({ stdout }: ReturnType<typeof startModel>): Promise<string> {
  const [chunk] = (await once(stdout, 'data')) as [Buffer];
  return (JSON.parse(String(chunk)) as { url: string }).url;
}

function startChat() {
  const child = spawn(process.execPath, [client, 'chat', '--repo', repository, '--thread', thread], {
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      said[name] += piece;
    });
  /** An answer, or what a command prints, ends with an empty line; `/fork` says its one line on stderr. */
  const answer = async (from = 0, told = said.stderr.length, quiet = false): Promise<string> => {
    for (;;) {
      const found = said.stdout.slice(from);
      if (
        !quiet &&
        found.endsWith('\n\n') &&
        found.trim() !== '' &&
        /^turn |\* |\(verified\)|\(repaired\)/m.test(found)
      )
        return found;
      if (quiet && said.stderr.slice(told).includes('\n')) return `${said.stderr.slice(told).trim()}\n`;
      if (child.exitCode !== null) throw new Error(`the chat ended: ${said.stderr}`);
      await pause(50);
    }
  };
  return {
    ask: (entry: string) => {
      const [from, told] = [said.stdout.length, said.stderr.length];
      child.stdin.write(`${entry}\n`);
      return answer(from, told, entry.startsWith('/fork'));
    },
    answer: () => answer(),
    async untilSaid(pattern: RegExp) {
      const from = said.stderr.length;
      while (!pattern.test(said.stderr.slice(from))) await pause(20);
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
    kill: () => {
      if (child.exitCode === null && existsSync(folder)) child.kill('SIGKILL');
    },
  };
}
