/**
 * The mutants of a source: each is one small change that a test should notice.
 *
 * Changed: conditions (to true and to false, the bound moved by one, `===` to `!==`), `&&` and `||` exchanged, `??` to `&&`,
 * arithmetic and bit operators, `+=` and `-=`, `++` and `--`, `!` and unary `-` removed, booleans, numbers (by one more),
 * names in strings (to ""), arrays and objects emptied, `?.` to `.`, `await` removed, statements that call or assign
 * removed, bodies of functions emptied, and calls whose neighbour is a usual mistake (some and every, min and max, floor
 * and ceil, filter, slice, trim, sort left out).
 *
 * Left alone, because what survives there says nothing of the tests: prose (strings with a space, templates, what is
 * thrown or logged), regular expressions, whatever but numbers stands outside
 * functions (schemas, instructions), and what another
 * mutant does already (the sides of `===` in a condition that becomes true and false).
 */
import { isNode, type Node, type Place, parseSource, walk } from './syntax.ts';

/** `insertion`: the text goes before what stands at `start`; else it replaces `start` to `end`. */
export type Change = { start: number; end: number; text: string; kind: 'expression' | 'insertion' };
export type SourceMutant = Change & { line: number; column: number; original: string; replacement: string };

/** Sorted by place; positions are those of the source. */
export function mutantsOf(source: string): SourceMutant[] {
  const { code, program } = parseSource(source);
  const changes: Change[] = [];
  for (const place of walk(program)) if (!isLeftAlone(place)) changes.push(...changesAt(place, code));
  return changes
    .sort((one, other) => one.start - other.start || other.end - one.end)
    .map((change) => described(change, code));
}

function described(change: Change, code: string): SourceMutant {
  const before = code.slice(0, change.start).split('\n');
  const [original, replacement] =
    change.kind === 'insertion' ? ['{…}', '{}'] : [code.slice(change.start, change.end), change.text];
  const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
  return {
    ...change,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    original: oneLine(original),
    replacement: oneLine(replacement),
  };
}

/** What is thrown, logged, imported, or the name of something. */
function isLeftAlone({ node, ancestors }: Place): boolean {
  if (ancestors.some(({ type }) => type === 'ImportDeclaration' || type === 'ExportAllDeclaration')) return true;
  return ancestors.some((outer, at) => {
    const inner = ancestors[at - 1] ?? node;
    if (outer.type === 'NewExpression') return /Error$/.test(nameOf(outer.callee)) && inner !== outer.callee;
    if (outer.type === 'CallExpression')
      return /^(?:log|console)\./.test(pathOf(outer.callee)) && inner !== outer.callee;
    return false;
  });
}

function changesAt(place: Place, code: string): Change[] {
  const { node } = place;
  const texts = [...conditionTexts(place), ...(changed[node.type]?.(place, code) ?? [])];
  const unlike = [...new Set(texts)].filter((text) => text !== code.slice(node.start, node.end));
  return [
    ...unlike.map((text): Change => ({ start: node.start, end: node.end, text, kind: 'expression' })),
    ...emptied(place),
  ];
}

/** A function that does nothing: its body ends where it begins. Constructors must still call super. */
function emptied({ node, ancestors }: Place): Change[] {
  const [parent, method] = ancestors;
  const isFunction = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(parent?.type ?? '');
  if (node.type !== 'BlockStatement' || !isFunction || method?.kind === 'constructor') return [];
  if ((node.body as Node[]).length === 0) return [];
  return [{ start: node.start + 1, end: node.start + 1, text: 'return;', kind: 'insertion' }];
}

/** Conditions become true and false; that of a loop only false, since no loop may run for ever. */
function conditionTexts({ node, ancestors: [parent] }: Place): string[] {
  if (parent?.test !== node || parent.type === 'SwitchCase') return [];
  return /^(?:For|While|DoWhile)Statement$/.test(parent.type) ? ['false'] : ['true', 'false'];
}

type Texts = (place: Place, code: string) => string[];

const bounds: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const negated: Record<string, string> = {
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
const exchanged: Record<string, string> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '^=': '&=',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};
/** A map: methods may have names that every object has (`toLocaleString`, `valueOf`). */
const neighbours = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['shift', 'pop'],
]);
/** Calls that give what they are called on, were they left out. */
const leftOut = new Set(
  'filter slice trim sort toSorted reverse toReversed toLowerCase replace replaceAll catch finally'.split(' '),
);

const changed: Record<string, Texts> = {
  BinaryExpression({ node, ancestors: [parent] }, code) {
    const operator = String(node.operator);
    if (operator === '+' && (isText(node.left) || isText(node.right))) return [];
    const withOperator = (other: string | undefined) => (other === undefined ? [] : [joined(node, other, code)]);
    // As a condition it becomes true and false already.
    const opposite = parent?.test === node ? undefined : negated[operator];
    return [...withOperator(bounds[operator]), ...withOperator(opposite), ...withOperator(exchanged[operator])];
  },
  LogicalExpression({ node }, code) {
    const other = exchanged[String(node.operator)] ?? '';
    // `??` may not stand beside `&&` without parentheses.
    return [node.operator === '??' ? `(${joined(node, `) ${other} (`, code)})` : joined(node, other, code)];
  },
  AssignmentExpression({ node, ancestors: [parent] }, code) {
    const other = exchanged[String(node.operator)];
    if (other !== undefined) return isText(node.right) ? [] : [joined(node, other, code)];
    return parent?.type === 'ExpressionStatement' ? ['undefined'] : [];
  },
  UpdateExpression: ({ node }, code) => {
    const text = code.slice(node.start, node.end);
    return [node.operator === '++' ? text.replace('++', '--') : text.replace('--', '++')];
  },
  UnaryExpression({ node, ancestors: [parent] }, code) {
    const { operator, argument } = node;
    if (operator === '!' && parent?.test === node) return [];
    return (operator === '!' || operator === '-') && isNode(argument) ? [textOf(argument, code)] : [];
  },
  AwaitExpression({ node, ancestors: [parent] }, code) {
    const removed = parent?.type === 'ExpressionStatement' ? ['undefined'] : [];
    return [...removed, ...(isNode(node.argument) ? [textOf(node.argument, code)] : [])];
  },
  Literal(place) {
    const { node, ancestors } = place;
    const [parent] = ancestors;
    if (isName(place)) return [];
    if (typeof node.value === 'number') return [String(node.value + 1)];
    if (!isInFunction(ancestors)) return [];
    if (typeof node.value === 'boolean') return [String(!node.value)];
    if (typeof node.value !== 'string' || /\s/.test(node.value)) return [];
    return parent?.type === 'BinaryExpression' || parent?.type === 'SwitchCase' ? [] : ["''"];
  },
  ArrayExpression: ({ node, ancestors }) =>
    (node.elements as unknown[]).length > 0 && isInFunction(ancestors) ? ['[]'] : [],
  ObjectExpression: ({ node, ancestors }) =>
    (node.properties as unknown[]).length > 0 && isInFunction(ancestors) ? ['{}'] : [],
  CallExpression(place, code) {
    const { node, ancestors } = place;
    const { callee } = node;
    const removed = ancestors[0]?.type === 'ExpressionStatement' ? ['undefined'] : [];
    // Inside of a chain a call can't be taken by itself.
    if (!isNode(callee) || callee.type !== 'MemberExpression' || isInChain(place)) return removed;
    const { object, property } = callee;
    if (!isNode(object) || !isNode(property) || callee.computed === true) return removed;
    const name = nameOf(property);
    const other = neighbours.get(name);
    const [head, tail] = [code.slice(node.start, property.start), code.slice(property.end, node.end)];
    return [
      ...removed,
      ...(other === undefined ? [] : [`${head}${other}${tail}`]),
      ...(leftOut.has(name) && callee.optional !== true ? [textOf(object, code)] : []),
    ];
  },
  ChainExpression({ node }, code) {
    const spine = [...spineOf(node.expression)].filter((link) => link.optional === true);
    return spine.map((link) => {
      const from = (link.type === 'CallExpression' ? (link.callee as Node) : (link.object as Node)).end;
      const mark = code.indexOf('?.', from);
      const next = code[mark + 2] ?? '';
      const kept = next === '[' || next === '(' ? '' : '.';
      return code.slice(node.start, mark) + kept + code.slice(mark + 2, node.end);
    });
  },
};

/** The object that a chain starts from is no part of it. */
function* spineOf(node: unknown): Generator<Node> {
  if (!isNode(node) || (node.type !== 'MemberExpression' && node.type !== 'CallExpression')) return;
  yield node;
  yield* spineOf(node.type === 'CallExpression' ? node.callee : node.object);
}

function isInChain({ node, ancestors }: Place): boolean {
  const chain = ancestors.find(({ type }) => type === 'ChainExpression');
  return chain !== undefined && [...spineOf(chain.expression)].includes(node);
}

/** The name of a property, not a value. */
function isName({ node, ancestors: [parent] }: Place): boolean {
  return parent?.type === 'Property' && parent.key === node && parent.computed !== true;
}

function isInFunction(ancestors: readonly Node[]): boolean {
  return ancestors.some(({ type }) => /Function/.test(type));
}

function isText(value: unknown): boolean {
  return isNode(value) && (value.type === 'TemplateLiteral' || typeof value.value === 'string');
}

/** Only what stands between the two sides is written anew: their parentheses are no part of them. */
function joined({ start, end, left, right, operator }: Node, other: string, code: string): string {
  const [from, to] = [(left as Node).end, (right as Node).start];
  const between = code.slice(from, to).replace(operator === '??' ? /\s*\?\?\s*/ : String(operator), other);
  return code.slice(start, from) + between + code.slice(to, end);
}

const textOf = (node: Node, code: string): string => code.slice(node.start, node.end);
const nameOf = (node: unknown): string => (isNode(node) && typeof node.name === 'string' ? node.name : '');
const pathOf = (node: unknown): string =>
  isNode(node) && node.type === 'MemberExpression' ? `${pathOf(node.object)}.${nameOf(node.property)}` : nameOf(node);
