/** Builds a value that fits a JSON schema, with the request's own text where a schema asks for text. */

type Schema = Record<string, unknown>;

const maxDepth = 12;

const asSchema = (value: unknown): Schema | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : null;

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

function resolve(schema: Schema, root: Schema): Schema {
  const reference = schema.$ref;
  if (typeof reference !== 'string' || !reference.startsWith('#')) return schema;
  let target: Schema | null = root;
  for (const part of reference.split('/').slice(1))
    target = asSchema(target?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]);
  return target ?? {};
}

function numberFor(schema: Schema): number {
  const bound = (name: string): number | null => (typeof schema[name] === 'number' ? schema[name] : null);
  const lowest = bound('minimum') ?? (bound('exclusiveMinimum') === null ? null : (bound('exclusiveMinimum') ?? 0) + 1);
  const highest = bound('maximum');
  return lowest ?? (highest !== null && highest < 0 ? highest : 0);
}

function textFor(schema: Schema, text: string): string {
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : 500;
  const least = typeof schema.minLength === 'number' ? Math.min(schema.minLength, 10_000) : 0;
  return text.slice(0, most).padEnd(least, '.');
}

function objectFor(schema: Schema, root: Schema, text: string, depth: number): Record<string, unknown> {
  const properties = asSchema(schema.properties) ?? {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name))
      .map(([name, property]) => [name, fill(asSchema(property) ?? {}, root, text, depth + 1)]),
  );
}

function fill(given: Schema, root: Schema, text: string, depth: number): unknown {
  if (depth > maxDepth) return null;
  const schema = resolve(given, root);
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  const alternative = firstOf(schema.enum) ?? asSchema(firstOf(schema.anyOf) ?? firstOf(schema.oneOf));
  if (alternative !== null && alternative !== undefined) {
    return Array.isArray(schema.enum) ? alternative : fill(alternative as Schema, root, text, depth + 1);
  }
  const type = Array.isArray(schema.type) ? firstOf(schema.type) : schema.type;
  if (type === 'string') return textFor(schema, text);
  if (type === 'integer' || type === 'number') return numberFor(schema);
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  if (type === 'array') {
    const least = typeof schema.minItems === 'number' ? Math.min(schema.minItems, 100) : 0;
    return Array.from({ length: least }, () => fill(asSchema(schema.items) ?? {}, root, text, depth + 1));
  }
  return objectFor(schema, root, text, depth);
}

/** The smallest value that fits the schema: required properties only, lowest numbers, `text` for strings. */
export const fillSchema = (schema: Schema, text: string): unknown => fill(schema, schema, text, 0);
