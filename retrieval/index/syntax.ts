/** Reads a file's syntax tree into what the index needs: definitions, comments, and where the text may be cut. */
import type { Node, TreeCursor } from 'web-tree-sitter';
import type { Definition } from './definitions.ts';
import { forgetGrammar, type Grammar } from './grammars.ts';
import { isRecord, kindOfNode, nameOfNode } from './syntax-kinds.ts';
import { isImport, isReference, modulesOf, type ReferenceKind, referenceOf } from './syntax-references.ts';

export type Syntax = {
  /** In the order of their lines, at most one a line. */
  definitions: Definition[];
  /** 1-based lines with the text of each comment. */
  comments: { line: number; last: number; text: string }[];
  /** Names that the file uses, each once a kind, with its first line. */
  references: CountedReference[];
  /** Modules that it imports, as it spells them. */
  imports: string[];
  /** Line counts (0-based, excluded ends) after which a piece of the file ends; the last is the file's end. */
  ends: number[];
};

export type CountedReference = { name: string; kind: ReferenceKind; count: number; line: number };

const parseMilliseconds = 5_000;
const maxDefinitions = 5_000;
const maxReferences = 2_000;
const maxImports = 500;
const maxPiece = 60;
/** No person nests code deeper; asking a node for its parent costs its depth. */
const maxDepth = 300;

/** Null when the parser gave up; that costs this file its syntax and nothing else. */
export function readSyntax(grammar: Grammar, text: string, lines: number): Syntax | null {
  try {
    const late = performance.now() + parseMilliseconds;
    const tree = grammar.parser.parse(text, null, { progressCallback: () => performance.now() > late });
    if (tree === null) {
      grammar.parser.reset();
      return null;
    }
    try {
      const cursor = tree.walk();
      try {
        return { ...readNodes(cursor), ends: piecesOf(tree.rootNode, lines) };
      } finally {
        cursor.delete();
      }
    } finally {
      tree.delete();
    }
  } catch {
    // An abort inside the WebAssembly module leaves the parser unusable.
    forgetGrammar(grammar);
    return null;
  }
}

type Found = {
  definitions: Map<number, Definition>;
  comments: Syntax['comments'];
  references: Map<string, CountedReference>;
  imports: Set<string>;
  inRecord: boolean;
};

function readNodes(cursor: TreeCursor): Omit<Syntax, 'ends'> {
  const found: Found = {
    ...{ definitions: new Map(), comments: [], references: new Map(), imports: new Set() },
    inRecord: isRecord(cursor.nodeType),
  };
  let depth = 0;
  for (let more = true; more; ) {
    const type = cursor.nodeType;
    const isComment = type.endsWith('comment');
    if (isComment) {
      const [line, last] = [cursor.startPosition.row + 1, cursor.endPosition.row + 1];
      found.comments.push({ line, last, text: cursor.nodeText });
    } else readNode(found, cursor, type);
    if (!isComment && depth < maxDepth && cursor.gotoFirstChild()) depth += 1;
    else {
      const left = leaveNode(cursor);
      more = left !== null;
      depth -= left ?? 0;
    }
  }
  return {
    definitions: [...found.definitions.values()].sort((one, other) => one.line - other.line),
    comments: found.comments,
    references: [...found.references.values()],
    imports: [...found.imports],
  };
}

function readNode({ definitions, references, imports, inRecord }: Found, cursor: TreeCursor, type: string): void {
  if (kindOfNode(type) !== null && definitions.size < maxDefinitions) {
    const defined = toDefinition(cursor.currentNode, inRecord);
    if (defined !== null && !definitions.has(defined.line)) definitions.set(defined.line, defined);
  }
  if (isReference(type) && references.size < maxReferences) {
    const node = cursor.currentNode;
    const used = referenceOf(node);
    if (used === null) return;
    const key = `${used.kind} ${used.name}`;
    const known = references.get(key);
    if (known === undefined) references.set(key, { ...used, count: 1, line: node.startPosition.row + 1 });
    else known.count += 1;
    if (used.kind === 'call' && mayRequire.has(used.name)) for (const one of modulesOf(node)) imports.add(one);
  } else if (isImport(type) && imports.size < maxImports) {
    for (const one of modulesOf(cursor.currentNode)) if (one !== '') imports.add(one);
  }
}

const mayRequire = new Set(['require', 'require_relative', 'import', 'resolve', 'mock', 'load']);

/** Goes to the node that follows; returns how many levels up that is, null at the end of the tree. */
function leaveNode(cursor: TreeCursor): number | null {
  let levels = 0;
  for (; !cursor.gotoNextSibling(); levels += 1) if (!cursor.gotoParent()) return null;
  return levels;
}

function toDefinition(node: Node, inRecord: boolean): Definition | null {
  const found = nameOfNode(node, inRecord);
  if (found === null || found.name === '') return null;
  const { row, column } = node.startPosition;
  return { name: found.name.slice(0, 120), kind: found.kind, line: row + 1, last: lastRow(node) + 1, indent: column };
}

/** The row of a node's last character. */
function lastRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

/** Siblings end pieces; those longer than a chunk are cut at their own children. A comment belongs to what follows. */
function piecesOf(root: Node, lines: number): number[] {
  const ends: number[] = [];
  const add = (end: number) => {
    if (end > (ends.at(-1) ?? 0) && end <= lines) ends.push(end);
  };
  const visit = (node: Node, depth: number) => {
    for (const child of node.children) {
      if (child === null || child.type.endsWith('comment') || child.type === 'decorator') continue;
      const last = lastRow(child);
      if (last - child.startPosition.row >= maxPiece && depth < 40) visit(child, depth + 1);
      add(last + 1);
    }
  };
  visit(root, 0);
  add(lines);
  return ends;
}
