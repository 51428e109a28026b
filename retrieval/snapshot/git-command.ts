/** Runs git without a shell, without prompts, and without anything that a repository's own settings could start. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { spawnTied } from '../../lib/tied-child.ts';
import { RepositoryUnusable } from '../failures.ts';

/** What git may see of our environment; keys of model providers, for one, are none of its business. */
const passedOn = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'XDG_CONFIG_HOME', 'SSH_AUTH_SOCK', 'GIT_CONFIG_GLOBAL'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'SystemRoot', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA'],
];

/** Settings that win over the repository's own, which may name programs to start. */
const safeSettings = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.sshCommand=ssh -oBatchMode=yes'],
  ...['-c', 'core.askPass=', '-c', 'core.alternateRefsCommand=', '-c', 'log.showSignature=false'],
  ...['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'fetch.recurseSubmodules=false'],
];

function gitEnvironment(options: GitOptions): NodeJS.ProcessEnv {
  const kept = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    // Only a fetch may speak to anyone: else a partial clone could make reading start the program that it names.
    GIT_ALLOW_PROTOCOL: options.mayConnect ? 'file:git:http:https:ssh' : 'none',
    GCM_INTERACTIVE: 'never',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
  };
}

export type GitOptions = {
  /** Where git looks for the repository; absent when the arguments name it. */
  folder?: string;
  signal?: AbortSignal | undefined;
  /** True where git is meant to reach another repository. */
  mayConnect?: boolean;
  /** Milliseconds after which git is ended; a cut-off run has `code` null. */
  timeout?: number;
};

/** Ten minutes: reading a large repository's blobs; what answers at once is not cut by it. */
const defaultTimeout = 600_000;

/** Starts git with its three streams open; the caller ends it. */
export function spawnGit(args: readonly string[], options: GitOptions = {}): ChildProcessWithoutNullStreams {
  const given = [...safeSettings, ...args];
  const how = {
    cwd: options.folder,
    env: gitEnvironment(options),
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
  // A fetch may be quiet for minutes; any other git ends at our death by its closed streams.
  const child = options.mayConnect
    ? (spawnTied('git', given, { ...how, stdio }) as ChildProcessWithoutNullStreams)
    : spawn('git', given, { ...how, stdio, windowsHide: true });
  // Not spawn's own time limit: its timer outlives a git that could not be started.
  const timer = setTimeout(() => child.kill(), options.timeout ?? defaultTimeout);
  const stop = () => clearTimeout(timer);
  child.once('exit', stop).once('error', stop);
  return child;
}

/** `code` is null when git was ended by its time limit. */
export type GitOutput = { code: number | null; stdout: string; stderr: string };

/** Output beyond this is dropped; nothing that is asked for here is longer. */
const maxOutput = 4_000_000;

/** Runs git to its end. Any exit code is a value. @throws RepositoryUnusable when there is no git; the signal's reason */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  options.signal?.throwIfAborted();
  const child = spawnGit(args, options);
  child.stdin.end();
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length < maxOutput) output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal?.aborted) reject(options.signal.reason);
      else reject(startFailure(error, options.folder));
    });
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

function startFailure(error: NodeJS.ErrnoException, folder: string | undefined): Error {
  if (error.code === 'ENOENT') {
    return new RepositoryUnusable(
      'git is not installed or not on PATH (or the folder is gone): install git and try again',
    );
  }
  return new RepositoryUnusable(`git cannot be started${folder ? ` in ${folder}` : ''}: ${error.code}`);
}

/** The line of git's complaint that tells most, without any password in it. */
export function gitComplaint(output: GitOutput): string {
  const lines = output.stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((text) => /^(fatal|error|remote):/.test(text)) ?? lines.at(-1) ?? 'it gave no reason';
  return withoutPasswords(line.replace(/^(fatal|error|remote):\s*/, '')).slice(0, 300);
}

/** Removes the user part of every URL in a text: it may hold a password or token. */
export function withoutPasswords(text: string): string {
  return text.replace(/(?<=:\/\/)[^/@\s]*@/g, '');
}
