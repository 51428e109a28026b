/** Reads entries from a terminal, with a prompt and a history, or from a pipe, with neither. */
import { createInterface } from 'node:readline';
import { Entries } from './entries.ts';

const prompts = { first: '> ', next: '… ' };
const historyEntries = 200;

/** Gives the next entry; null at the end of the input. */
export type ReadEntry = () => Promise<string | null>;

/** @param history what was asked before, the oldest first; a terminal's arrow keys go through it */
export function readerFor(input: NodeJS.ReadStream, history: readonly string[]): ReadEntry & Disposable {
  return input.isTTY ? terminalReader(input, history) : pipeReader(input);
}

function pipeReader(input: NodeJS.ReadStream): ReadEntry & Disposable {
  const lines = createInterface({ input, terminal: false });
  const each = lines[Symbol.asyncIterator]();
  const entries = new Entries();
  const read = async (): Promise<string | null> => {
    for (;;) {
      const { done, value } = await each.next();
      if (done === true) return entries.isOpen ? entries.end() : null;
      const entry = entries.add(value);
      if (entry !== null) return entry;
    }
  };
  return Object.assign(read, { [Symbol.dispose]: () => lines.close() });
}

/** The terminal is ours only while somebody types: in between Ctrl-C is a signal, and the progress is drawn. */
function terminalReader(input: NodeJS.ReadStream, before: readonly string[]): ReadEntry & Disposable {
  let history = before.flatMap((entry) => entry.split('\n')).toReversed();
  const read = () =>
    new Promise<string | null>((resolve) => {
      const output = process.stderr;
      const settings = { terminal: true, historySize: historyEntries, removeHistoryDuplicates: true };
      const terminal = createInterface({ input, output, prompt: prompts.first, history, ...settings });
      let isDone = false;
      const entries = new Entries();
      const pasted: string[] = [];
      const text: string[] = [];
      terminal.on('history', (lines) => {
        history = [...lines];
      });
      const finish = (entry: string | null) => {
        if (isDone) return;
        isDone = true;
        terminal.close();
        output.write('\n'.repeat(entry === null || entry === '' ? 1 : 0));
        resolve(entry);
      };
      // Lines that arrive at once were pasted: they are one entry, with what is typed behind them.
      const take = () => {
        if (isDone) return;
        text.push(...pasted.splice(0).flatMap((line) => entries.add(line) ?? []));
        if (!entries.isOpen && terminal.line === '') return finish(text.join('\n').trim());
        terminal.setPrompt(prompts.next);
        terminal.prompt(true);
      };
      terminal.on('line', (line) => {
        pasted.push(line);
        if (pasted.length === 1) setImmediate(take);
      });
      terminal.on('SIGINT', () => {
        const nothing = terminal.line === '' && !entries.isOpen && text.length === 0;
        output.write(nothing ? '\n(/exit or Ctrl-D ends the chat)' : '');
        // What was begun is given up, on a new prompt.
        finish('');
      });
      terminal.on('close', () => finish(null));
      terminal.prompt();
    });
  return Object.assign(read, { [Symbol.dispose]: () => {} });
}
