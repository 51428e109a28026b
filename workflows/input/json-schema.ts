/**
 * Checks a value against a JSON Schema, as far as zod writes such schemas for our inputs, and fills in defaults. Workflow
 * code uses it instead of zod, which would be most of the bundle: see docs/decisions/0008.
 */

export type JsonSchema = {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  /** False: no other properties than those named. */
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  pattern?: string;
} & { readonly [Bound in keyof typeof bounds]?: number };

/** Each bound: what it measures, when it is kept, and how to say so. */
const bounds = {
  minLength: [sizeOf, (size: number, bound: number) => size >= bound, 'at least # characters'],
  maxLength: [sizeOf, (size: number, bound: number) => size <= bound, 'at most # characters'],
  minItems: [sizeOf, (size: number, bound: number) => size >= bound, 'at least # entries'],
  maxItems: [sizeOf, (size: number, bound: number) => size <= bound, 'at most # entries'],
  minimum: [Number, (size: number, bound: number) => size >= bound, 'at least #'],
  maximum: [Number, (size: number, bound: number) => size <= bound, 'at most #'],
  exclusiveMinimum: [Number, (size: number, bound: number) => size > bound, 'more than #'],
} as const;

/** What does not fit, by the name of the field. */
export class Misfit extends Error {}

/**
 * @param at the field's name, for the message
 * @returns the value, with the defaults of fields that it lacks
 * @throws Misfit for the first field that does not fit
 */
export function conforming(schema: JsonSchema, value: unknown, at: string): unknown {
  if (value === undefined && 'default' in schema) return conforming(schema, schema.default, at);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return conforming(branchFor(branches, value, at), value, at);
  expectType(schema, value, at);
  expectBounds(schema, value, at);
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.map((each, index) => conforming(items, each, `${at}[${index}]`));
  }
  return isObject(value) ? conformingObject(schema, value, at) : value;
}

function conformingObject(schema: JsonSchema, value: Record<string, unknown>, at: string): Record<string, unknown> {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const result: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const place = join(at, name);
    if (given === undefined && !('default' in property)) {
      if (required.includes(name)) throw misfit(place, 'is missing');
      continue;
    }
    result[name] = conforming(property, given, place);
  }
  if (additionalProperties === true) return result;
  for (const name of Object.keys(value).filter((each) => !Object.hasOwn(properties, each))) {
    if (additionalProperties === false) throw misfit(join(at, name), 'is no field of this version');
    result[name] = conforming(additionalProperties, value[name], join(at, name));
  }
  return result;
}

/** Alternatives are told apart by a field that names their kind; else one of them is null. */
function branchFor(branches: readonly JsonSchema[], value: unknown, at: string): JsonSchema {
  const [first = {}] = branches;
  const tag = Object.keys(first.properties ?? {}).find((name) =>
    branches.every(({ properties }) => properties?.[name]?.const !== undefined),
  );
  if (tag === undefined || !isObject(value))
    return branches.find(({ type }) => (type === 'null') === (value === null)) ?? first;
  const found = branches.find(({ properties }) => properties?.[tag]?.const === value[tag]);
  if (found !== undefined) return found;
  const kinds = branches.map(({ properties }) => JSON.stringify(properties?.[tag]?.const));
  throw misfit(join(at, tag), `must be ${kinds.join(' or ')}`);
}

function expectType({ type, const: only, enum: among }: JsonSchema, value: unknown, at: string): void {
  const types = typeof type === 'string' ? [type] : (type ?? []);
  if (types.length > 0 && !types.some((each) => isOf(each, value)))
    throw misfit(at, `must be ${types.join(' or ')}, not ${nameOf(value)}`);
  if (only !== undefined && value !== only) throw misfit(at, `must be ${JSON.stringify(only)}`);
  if (among !== undefined && !among.includes(value))
    throw misfit(at, `must be one of ${among.map((each) => JSON.stringify(each)).join(', ')}`);
}

function expectBounds(schema: JsonSchema, value: unknown, at: string): void {
  if (value === null) return;
  for (const name of Object.keys(bounds) as (keyof typeof bounds)[]) {
    const bound = schema[name];
    const [measure, holds, words] = bounds[name];
    if (bound !== undefined && !holds(measure(value), bound))
      throw misfit(at, `must be ${words.replace('#', String(bound))}`);
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(String(value)))
    throw misfit(at, `must match ${schema.pattern}`);
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return type === nameOf(value);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'array' : typeof value;
}

function sizeOf(value: unknown): number {
  return (value as { length: number }).length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return nameOf(value) === 'object';
}

const join = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

const misfit = (at: string, what: string): Misfit => new Misfit(`${at === '' ? 'the input' : at} ${what}`);
