/** Whose code a profile's frame is: a module of ours, a package, Node, the collector; the workflow bundle by its source map. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export type CallFrame = { functionName: string; url: string; lineNumber: number; columnNumber: number };

export type CodePlace = {
  /** `ours: folder`, a package, `node`, `(garbage collector)`, `(program)`. */
  group: string;
  /** A function and its file, for a list of the dearest. */
  name: string;
};

export class CodePlaces {
  readonly #checkout: string;
  readonly #maps = new Map<string, SourceMap | null>();

  /** @param checkout whose files are ours */
  constructor(checkout: string) {
    this.#checkout = checkout;
  }

  /** @param caller of native code, to which it counts */
  placeOf(frame: CallFrame, caller: CodePlace): CodePlace {
    const { functionName, url } = frame;
    if (url === '') return { group: functionName.startsWith('(') ? functionName : caller.group, name: functionName };
    if (url.startsWith('node:')) return { group: 'node', name: `${functionName} (${url})` };
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const { path, line } = this.#originalOf(file, frame);
    return { group: groupOf(path), name: `${functionName || '(anonymous)'} (${path}:${line})` };
  }

  #originalOf(file: string, { lineNumber, columnNumber }: CallFrame): { path: string; line: number } {
    const entry = /workflows-[0-9a-f]+\.js$/.test(file) ? this.#mapOf(file)?.findEntry(lineNumber, columnNumber) : null;
    const { originalSource, originalLine } = (entry ?? {}) as { originalSource?: string; originalLine?: number };
    if (originalSource !== undefined && originalLine !== undefined)
      return { path: this.#sourcePath(originalSource), line: originalLine + 1 };
    return { path: relative(this.#checkout, file), line: lineNumber + 1 };
  }

  /** As webpack names it: `webpack://name/./workflows/index.ts`, or by its whole path. */
  #sourcePath(source: string): string {
    const path = source.replace(/^webpack:\/\/[^/]*\//, '').replace(/^\.\//, '');
    return isAbsolute(path) ? relative(this.#checkout, path) : path;
  }

  #mapOf(file: string): SourceMap | null {
    const known = this.#maps.get(file);
    if (known !== undefined) return known;
    const found = readMap(file);
    this.#maps.set(file, found);
    return found;
  }
}

function readMap(file: string): SourceMap | null {
  const marker = 'sourceMappingURL=data:application/json;charset=utf-8;base64,';
  const code = readFileSync(file, 'utf8');
  const at = code.lastIndexOf(marker);
  if (at < 0) return null;
  return new SourceMap(JSON.parse(Buffer.from(code.slice(at + marker.length), 'base64').toString('utf8')));
}

/** WebAssembly, what webpack adds, and scripts without a file of the checkout. */
const notAFile = /^(?:\.\.|wasm:|webpack\/|evalmachine)/;

/** Packages by name; our own code by its folder, in the workflow's sandbox or not. */
function groupOf(path: string): string {
  const inPackages = path.lastIndexOf('node_modules/');
  if (inPackages < 0) return notAFile.test(path) ? '(other code)' : `ours: ${path.split('/')[0] ?? path}`;
  const [first = '', second = ''] = path.slice(inPackages + 'node_modules/'.length).split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
