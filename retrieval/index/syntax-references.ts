/** Tells which nodes of a syntax tree use a name or import a module: by name only, without scopes. */
import type { Node } from 'web-tree-sitter';
import { kindOfNode } from './syntax-kinds.ts';

export type ReferenceKind = 'call' | 'type' | 'import';
export type Reference = { name: string; kind: ReferenceKind };

/** The field that holds the name, by the type of the node around it. */
const fields = new Map<string, [kind: ReferenceKind, ...fields: string[]]>([
  ['call_expression', ['call', 'function', 'constructor']],
  ['call', ['call', 'function', 'method']],
  ['new_expression', ['call', 'constructor']],
  ['method_invocation', ['call', 'name']],
  ['object_creation_expression', ['call', 'type']],
  ['invocation_expression', ['call', 'function']],
  ['function_call_expression', ['call', 'function']],
  ['member_call_expression', ['call', 'name']],
  ['scoped_call_expression', ['call', 'name']],
  ['macro_invocation', ['call', 'macro']],
  ['command', ['call', 'name']],
  ['decorator', ['call']],
  ['jsx_opening_element', ['call', 'name']],
  ['jsx_self_closing_element', ['call', 'name']],
  ['class_definition', ['type', 'superclasses']],
  ['import_specifier', ['import', 'name']],
]);

/** Leaves that are a reference by themselves. */
const leaves = new Map<string, ReferenceKind>([
  ['type_identifier', 'type'],
  ['named_type', 'type'],
]);

export function isReference(type: string): boolean {
  return fields.has(type) || leaves.has(type);
}

/** Null where the name is no plain one: a call of a call, a computed member. */
export function referenceOf(node: Node): Reference | null {
  const leaf = leaves.get(node.type);
  if (leaf !== undefined) return isDefinedHere(node) ? null : named(node.text, leaf);
  const [kind, ...names] = fields.get(node.type) ?? [];
  if (kind === undefined) return null;
  const found = names.length === 0 ? node.namedChild(0) : firstField(node, names);
  const holder = found?.type === 'argument_list' ? found.namedChild(0) : found;
  return holder === null || holder.endIndex - holder.startIndex > 200 ? null : named(holder.text, kind);
}

/** The name of a class is a type's name too, where the class is defined. */
function isDefinedHere(node: Node): boolean {
  return (
    node.parent !== null &&
    kindOfNode(node.parent.type) !== null &&
    node.parent.childForFieldName('name')?.id === node.id
  );
}

function firstField(node: Node, names: readonly string[]): Node | null {
  for (const name of names) {
    const found = node.childForFieldName(name);
    if (found !== null) return found;
  }
  return null;
}

function named(text: string, kind: ReferenceKind): Reference | null {
  const name = /(?<![\w$])([A-Za-z_$][\w$]{1,119})[?!]?$/.exec(text.replace(/<[^<>]*>$|\(.*$/s, ''))?.[1];
  return name === undefined ? null : { name, kind };
}

const importTypes = new Set(
  (
    'import_statement export_statement import_from_statement import_spec use_declaration mod_item import_declaration ' +
    'preproc_include using_directive namespace_use_clause include_expression include_once_expression require_expression ' +
    'require_once_expression'
  ).split(' '),
);
/** Functions whose first argument is a module, by the type of their call. */
const requiring =
  /^(?:require|require_relative|load|import|require\.resolve|jest\.mock|vi\.mock)\s*(?:\(\s*)?['"]([^'"\n]{1,300})['"]/;

export function isImport(type: string): boolean {
  return importTypes.has(type);
}

/** The modules that an import names, as it spells them; of a call, those of `require` and its like. */
export function modulesOf(node: Node): string[] {
  if (node.type === 'call_expression' || node.type === 'call') {
    if (node.endIndex - node.startIndex > 400) return [];
    const module = requiring.exec(node.text)?.[1];
    if (module === undefined) return [];
    return [/^require_relative/.test(node.text) && !module.startsWith('.') ? `./${module}` : module];
  }
  if (node.type === 'import_from_statement') return pythonModules(node);
  const source = node.childForFieldName('source') ?? node.childForFieldName('path');
  if (source !== null) return [unquoted(source.text)];
  if (node.type === 'export_statement' || node.endIndex - node.startIndex > 4000) return [];
  if (node.type === 'mod_item') return node.childForFieldName('body') === null ? [`self::${nameOf(node)}`] : [];
  if (node.type === 'import_statement')
    return node.namedChildren.flatMap((child) => (child === null ? [] : [aliased(child)]));
  const said = node.text.replace(
    /^(pub(\([^)]*\))?\s+)?(use|import|using|include|include_once|require|require_once)\s+(static\s+|global\s+)?/,
    '',
  );
  const quoted = /['"]([^'"\n]+)['"]/.exec(said)?.[1];
  return [quoted ?? said.replace(/;\s*$/, '').replace(/(?<!\s)\s+as\s.*$/s, '')].filter((one) => one.length <= 300);
}

/** `from a.b import c, d` may mean the module a.b or the modules a.b.c and a.b.d. */
function pythonModules(node: Node): string[] {
  const module = node.childForFieldName('module_name')?.text ?? '';
  const names = node.childrenForFieldName('name').flatMap((child) => (child === null ? [] : [aliased(child)]));
  const joint = module.endsWith('.') ? '' : '.';
  return [module, ...names.slice(0, 40).map((name) => `${module}${joint}${name}`)];
}

function aliased(node: Node): string {
  return (node.childForFieldName('name') ?? node).text;
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function unquoted(text: string): string {
  return text.replace(/^[\s"'`<]+|(?<![\s"'`>])[\s"'`>]+$/g, '');
}
