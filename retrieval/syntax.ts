/** Reads a file's syntax tree into what the index needs: definitions, comments, and where the text may be cut. */
import type { Node, TreeCursor } from 'web-tree-sitter';
import type { Definition } from './definitions.ts';
import { forgetGrammar, type Grammar } from './grammars.ts';
import { kindOfNode, nameOfNode } from './syntax-kinds.ts';

export type Syntax = {
  /** In the order of their lines, at most one a line. */
  definitions: Definition[];
  /** 1-based lines with the text of each comment. */
  comments: { line: number; last: number; text: string }[];
  /** Line counts (0-based, excluded ends) after which a piece of the file ends; the last is the file's end. */
  ends: number[];
};

const parseMilliseconds = 5_000;
const maxDefinitions = 5_000;
const maxPiece = 60;

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

function readNodes(cursor: TreeCursor): Pick<Syntax, 'definitions' | 'comments'> {
  const definitions = new Map<number, Definition>();
  const comments: Syntax['comments'] = [];
  for (let more = true; more; ) {
    const type = cursor.nodeType;
    let descend = true;
    if (type.endsWith('comment')) {
      comments.push({ line: cursor.startPosition.row + 1, last: cursor.endPosition.row + 1, text: cursor.nodeText });
      descend = false;
    } else if (kindOfNode(type) !== null && definitions.size < maxDefinitions) {
      const found = toDefinition(cursor.currentNode);
      if (found !== null && !definitions.has(found.line)) definitions.set(found.line, found);
    }
    more = (descend && cursor.gotoFirstChild()) || nextNode(cursor);
  }
  return { definitions: [...definitions.values()].sort((one, other) => one.line - other.line), comments };
}

function nextNode(cursor: TreeCursor): boolean {
  while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return false;
  return true;
}

function toDefinition(node: Node): Definition | null {
  const found = nameOfNode(node);
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
