/** Reads TypeScript whose types can be erased: they become blanks, so every position is that of the source. */
import { stripTypeScriptTypes } from 'node:module';
import { parse } from 'acorn';

/** A node of ESTree, whose fields each reader names. */
export type Node = { type: string; start: number; end: number } & { [field: string]: unknown };

/** A node with what stands around it, the nearest first. */
export type Place = { node: Node; ancestors: readonly Node[] };

export function parseSource(source: string): { code: string; program: Node } {
  const code = stripTypeScriptTypes(source);
  return { code, program: parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Node };
}

/** Every node below and with `node`, parents first. */
export function* walk(node: Node, ancestors: readonly Node[] = []): Generator<Place> {
  yield { node, ancestors };
  const around = [node, ...ancestors];
  for (const field of Object.values(node)) for (const child of nodesOf(field)) yield* walk(child, around);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function nodesOf(field: unknown): Node[] {
  return (Array.isArray(field) ? field : [field]).filter(isNode);
}
