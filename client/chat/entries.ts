/** Puts the lines that somebody types or pipes together to entries: a line, or several where they belong together. */

const block = '"""';

/**
 * A line that ends with a backslash goes on in the next one; what stands between two lines of three quotes is one entry.
 */
export class Entries {
  #lines: string[] = [];
  #inBlock = false;

  /** True while an entry is begun. */
  get isOpen(): boolean {
    return this.#inBlock || this.#lines.length > 0;
  }

  /** @returns the entry that this line ends; null where it goes on */
  add(line: string): string | null {
    if (line.trim() === block) {
      this.#inBlock = !this.#inBlock;
      return this.#inBlock ? null : this.end();
    }
    const continued = !this.#inBlock && line.endsWith('\\');
    this.#lines.push(continued ? line.slice(0, -1) : line);
    return this.#inBlock || continued ? null : this.end();
  }

  /** What was begun, as an entry: at the end of the input. */
  end(): string {
    const entry = this.#lines.join('\n').trim();
    this.#lines = [];
    this.#inBlock = false;
    return entry;
  }
}

/** A command of the chat, such as `/fork 3`; null for a question. */
export function commandIn(entry: string): { name: string; argument: string } | null {
  const [, name, argument = ''] = /^\/([a-z]+)(?:\s+(.*))?$/s.exec(entry) ?? [];
  return name === undefined ? null : { name, argument: argument.trim() };
}
