/** Stands in for `node:test` in a process that runs the same tests again and again: it collects them, and runs one when told. */
import { AsyncLocalStorage } from 'node:async_hooks';

type Hook = () => unknown;
type Body = (context: Context) => unknown;
type Options = { timeout?: number; skip?: boolean | string; todo?: boolean | string };

export type Collected = { name: string; run: () => Promise<void> };
type Collection = { tests: Collected[]; before: Hook[]; beforeEach: Hook[]; afterEach: Hook[]; after: Hook[] };

const collecting = new AsyncLocalStorage<Collection>();

/** What tests use of a test's context. */
class Context {
  readonly name: string;
  readonly #after: Hook[] = [];
  readonly #abort = new AbortController();

  constructor(name: string) {
    this.name = name;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  after(hook: Hook): void {
    this.#after.unshift(hook);
  }

  diagnostic(): void {}

  async test(name: string, ...rest: [Body] | [Options, Body]): Promise<void> {
    const body = rest.at(-1) as Body;
    await runIn(new Context(name), body);
  }

  async end(): Promise<void> {
    this.#abort.abort();
    for (const hook of this.#after.splice(0)) await hook();
  }
}

async function runIn(context: Context, body: Body): Promise<void> {
  try {
    await body(context);
  } finally {
    await context.end();
  }
}

/** Collects what `load`, which imports a file of tests, declares. */
export async function collect(load: () => Promise<unknown>): Promise<Collected[]> {
  const collection: Collection = { tests: [], before: [], beforeEach: [], afterEach: [], after: [] };
  await collecting.run(collection, load);
  return collection.tests;
}

function current(): Collection {
  const collection = collecting.getStore();
  if (collection === undefined) throw new Error('tests and hooks are declared at the top of a file');
  return collection;
}

/** Each test runs with the hooks of its file around it, the ones for all tests included: it may be the only one. */
export function test(name: string, ...rest: [Body] | [Options, Body]): void {
  const collection = current();
  const [options, body] = rest.length === 2 ? rest : [{}, rest[0]];
  if (options.skip) return;
  const { before, beforeEach, afterEach, after } = collection;
  collection.tests.push({
    name,
    run: async () => {
      for (const hook of [...before, ...beforeEach]) await hook();
      try {
        await runIn(new Context(name), body);
      } finally {
        for (const hook of [...afterEach, ...after]) await hook();
      }
    },
  });
}

export const before = (hook: Hook): number => current().before.push(hook);
export const beforeEach = (hook: Hook): number => current().beforeEach.push(hook);
export const afterEach = (hook: Hook): number => current().afterEach.push(hook);
export const after = (hook: Hook): number => current().after.push(hook);
