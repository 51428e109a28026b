/** Runs the command line on a terminal of its own, by `script` of util-linux, and types into it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { inheritedSettings, mainFile } from '../run-command.ts';

/** What a test that needs one is skipped for; false: it is here. */
export const noTerminal: string | false =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') !== true &&
  'there is no script of util-linux on this machine';

export type Terminal = AsyncDisposable & {
  /** Resolves once the screen has shown it since the last call. @throws where the command ends before */
  shows(pattern: RegExp): Promise<void>;
  type(text: string): void;
  /** All that was shown, without what steers a terminal. */
  screen(): string;
  /** The exit code. */
  ended: Promise<number | null>;
};

/** @param given words without quotes */
export function onTerminal(given: readonly string[], env: Record<string, string>): Terminal {
  const command = [process.execPath, mainFile, ...given].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 100 rows 40; exec ${command}`, '/dev/null'], {
    env: { ...inheritedSettings(), TERM: 'xterm-256color', ...env },
    cwd: join(mainFile, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let [raw, seen] = ['', 0];
  let changed = Promise.withResolvers<void>();
  const ended = once(child, 'close').then(([code]) => code as number | null);
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    raw += piece;
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const screen = () => stripVTControlCharacters(raw);
  return {
    async shows(pattern) {
      for (;;) {
        const found = pattern.exec(screen().slice(seen));
        if (found !== null) {
          seen += found.index + found[0].length;
          return;
        }
        const end = await Promise.race([changed.promise.then(() => 'more'), ended.then(() => 'ended')]);
        if (end === 'ended') throw new Error(`it ended without ${pattern}: ${screen()}`);
      }
    },
    type: (text) => void child.stdin.write(text),
    screen,
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
