/** The stub model in a process of its own, and its repository. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkoutFolder } from '../../../config/load-config.ts';
import type { SeenRequest } from '../apps/stub-model.ts';
import { fetchText, freePort, type Programs } from './programs.ts';

export type Place = { path: string; line: number };
export type StubModel = {
  /** As OPENAI_BASE_URL has it. */
  url: string;
  pid: number;
  /** How long each reply takes from now on, and forgets what it has seen. */
  set(latencyMs: number): Promise<void>;
  /** All requests since `set`, in their order. */
  requests(): Promise<SeenRequest[]>;
  /** The requests of a run since `set`, in their order. */
  requestsOf(run: string): Promise<SeenRequest[]>;
};

/** @param place the line that drafts cite; it must stand in `repository` */
export async function startStubModel(programs: Programs, repository: string, place: Place): Promise<StubModel> {
  const quote = readFileSync(join(repository, place.path), 'utf8').split('\n')[place.line - 1]?.trim() ?? '';
  const port = await freePort();
  const { pid } = await programs.start({
    name: 'stub-model',
    command: process.execPath,
    args: [fileURLToPath(new URL('../apps/stub-model.ts', import.meta.url))],
    env: {
      STUB_PORT: String(port),
      STUB_PATH: place.path,
      STUB_LINE: String(place.line),
      STUB_QUOTE: quote,
      STUB_QUERY: 'how are hooks registered and which one runs first',
    },
    ready: /^ready/m,
  });
  const base = `http://127.0.0.1:${port}`;
  const requests = async () => JSON.parse(await fetchText(`${base}/seen`)) as SeenRequest[];
  return {
    url: `${base}/v1`,
    pid,
    set: async (latencyMs) => {
      await fetchText(`${base}/latency/${latencyMs}`);
      await fetchText(`${base}/reset`);
    },
    requests,
    requestsOf: async (run) => (await requests()).filter((request) => request.run === run),
  };
}

/** Code and documents of Fastify, which the project has as a development dependency, as a git repository. */
export function makeRepository(folder: string): { repository: string; place: Place } {
  const fastify = join(checkoutFolder, 'node_modules/fastify');
  mkdirSync(folder, { recursive: true });
  for (const name of ['lib', 'docs', 'fastify.js', 'README.md', 'LICENSE'])
    cpSync(join(fastify, name), join(folder, name), { recursive: true });
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { env: gitEnvironment() });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message=Fastify');
  return { repository: folder, place: { path: 'lib/hooks.js', line: 3 } };
}

/** The same commit each time, whoever measures. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const [name, email, date] = ['bench', 'bench@example.org', '2026-01-01T00:00:00Z'];
  return {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}
