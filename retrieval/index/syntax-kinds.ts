/** Tells which nodes of a syntax tree define something, what kind of thing it is, and its name. */
import type { Node } from 'web-tree-sitter';

const kinds = new Map<string, string>(
  Object.entries({
    function:
      'function_declaration function_definition generator_function_declaration function_signature function_item function_signature_item local_function_statement',
    method:
      'method_definition method_declaration method_signature abstract_method_signature constructor_declaration method singleton_method',
    class: 'class_declaration class_definition abstract_class_declaration class_specifier class',
    interface: 'interface_declaration annotation_type_declaration',
    struct: 'struct_item struct_specifier struct_declaration union_item union_specifier record_declaration',
    enum: 'enum_declaration enum_item enum_specifier',
    type: 'type_alias_declaration type_spec type_item type_definition type_alias alias_declaration',
    trait: 'trait_item trait_declaration',
    impl: 'impl_item',
    namespace: 'internal_module namespace_definition namespace_declaration file_scoped_namespace_declaration',
    module: 'mod_item module',
    macro: 'macro_definition preproc_def preproc_function_def',
    constant: 'const_item static_item const_spec const_element',
    property: 'property_declaration',
    variable: 'variable_declarator var_spec',
    field: 'public_field_definition field_definition pair',
    assignment: 'assignment_expression assignment',
    key: 'block_mapping_pair table table_array_element',
  }).flatMap(([kind, types]) => types.split(' ').map((type) => [type, kind] as const)),
);

const functions = new Set(
  'arrow_function function_expression function generator_function class lambda lambda_literal'.split(' '),
);

/** Null for a node that defines nothing. */
export function kindOfNode(type: string): string | null {
  return kinds.get(type) ?? null;
}

/** Whether a tree is JSON, YAML or TOML, by the type of its root. */
export function isRecord(rootType: string): boolean {
  return rootType === 'document' || rootType === 'stream';
}

/**
 * Null where the node, looked at closely, defines nothing that a person would look for.
 * @param inRecord whether its tree is a record
 */
export function nameOfNode(node: Node, inRecord: boolean): { name: string; kind: string } | null {
  const kind = kinds.get(node.type);
  if (kind === undefined) return null;
  if (kind === 'variable') return variableName(node);
  if (kind === 'key' || (inRecord && node.type === 'pair')) return keyName(node);
  if (kind === 'field')
    return valueName(
      node,
      node.childForFieldName('key') ?? node.childForFieldName('name') ?? node.childForFieldName('property'),
    );
  if (kind === 'assignment') return assignedName(node);
  const name = node.childForFieldName(kind === 'impl' ? 'type' : 'name') ?? declaredName(node);
  return name === null ? null : { name: lastPart(name.text), kind };
}

/** How many keys stand above a node; null outside of records, and below the second level. */
function depthInRecord(node: Node): number | null {
  let depth = 0;
  for (let above = node.parent; above !== null; above = above.parent) {
    if (kindOfNode(above.type) === 'key' || above.type === 'pair') depth += 1;
    if (depth > 1) return null;
    if (above.parent === null) return isRecord(above.type) ? depth : null;
  }
  return null;
}

function keyName(node: Node): { name: string; kind: string } | null {
  const key = node.childForFieldName('key') ?? node.namedChild(0);
  if (key === null || depthInRecord(node) === null) return null;
  return { name: key.text.replace(/^["']|["']$/g, '').slice(0, 120), kind: 'key' };
}

/** C and C++ wrap the name in declarators: `*name(args)`. */
function declaredName(node: Node): Node | null {
  let inner = node.childForFieldName('declarator');
  for (let depth = 0; inner !== null && depth < 8; depth += 1) {
    const deeper: Node | null = inner.childForFieldName('declarator');
    if (deeper === null) return inner;
    inner = deeper;
  }
  return null;
}

/** At the top of a file any variable counts, deeper only functions. */
function variableName(node: Node): { name: string; kind: string } | null {
  const name = node.childForFieldName('name');
  if (name === null || !/^[\w$]+$/.test(name.text)) return null;
  if (isFunction(node.childForFieldName('value'))) return { name: name.text, kind: 'function' };
  const above = node.parent?.parent ?? null;
  const atTop = above === null || above.parent === null || above.type === 'export_statement';
  return atTop ? { name: name.text, kind: 'constant' } : null;
}

function valueName(node: Node, key: Node | null): { name: string; kind: string } | null {
  if (key === null || !isFunction(node.childForFieldName('value'))) return null;
  return /^#?[\w$]+$/.test(key.text) ? { name: key.text, kind: 'function' } : null;
}

/** `exports.name = …`, `Thing.prototype.name = function …`, and Python's constants and module variables. */
function assignedName(node: Node): { name: string; kind: string } | null {
  const left = node.childForFieldName('left');
  if (left === null || left.endIndex - left.startIndex > 200) return null;
  const { text } = left;
  if (left.type === 'identifier') {
    const atTop = node.parent?.parent?.parent === null;
    return atTop ? { name: text, kind: /^[A-Z\d_]+$/.test(text) ? 'constant' : 'variable' } : null;
  }
  if (left.type !== 'member_expression') return null;
  if (!isFunction(node.childForFieldName('right')) && !/^(module\.)?exports\.[\w$]+$/.test(text)) return null;
  const name = lastPart(text);
  return /^[\w$]+$/.test(name) ? { name, kind: 'function' } : null;
}

function isFunction(node: Node | null): boolean {
  return node !== null && functions.has(node.type);
}

function lastPart(name: string): string {
  return (
    name
      .replace(/<.*$/s, '')
      .replace(/\(.*$/s, '')
      .split(/::|\./)
      .at(-1)
      ?.replace(/^[*&\s]+|(?<!\s)\s+$/g, '') ?? name
  );
}
