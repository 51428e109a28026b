/** Fits calls to the tools that were offered: by name and by the types of their parameters, where there is one way only. */
import type { ChatToolCall, ReplyRepair, ToolDefinition } from '../../contracts/chat.ts';

type Values = Record<string, unknown>;
type Schema = { type?: unknown; properties?: Record<string, Schema>; anyOf?: Schema[]; [more: string]: unknown };

/**
 * The offered tool that a name means: itself, or without a namespace in front (`functions.search`, `default_api:search`,
 * `repo/search`, `mcp__repo__search`), a number or a channel marker behind (`search:0`, `search<|channel|>commentary`), or
 * in other letters. Null where it is none of them, or not one alone.
 */
export function offeredName(given: string, tools: readonly ToolDefinition[]): string | null {
  const names = tools.map(({ name }) => name);
  if (names.includes(given)) return given;
  const bare = given
    .slice(0, 300)
    .replace(/<\|.*$/s, '')
    .replace(/:\d+\s*$/, '')
    .trim();
  const last = bare.split(/[.:/]|__/).at(-1) ?? bare;
  for (const wanted of [bare, last]) {
    if (names.includes(wanted)) return wanted;
    const alike = names.filter((name) => folded(name) === folded(wanted));
    if (alike.length > 0) return alike.length === 1 ? (alike[0] ?? null) : null;
  }
  return null;
}

const folded = (name: string) => name.toLowerCase().replaceAll('-', '_');

/** The call as the tools want it, and what had to be done for that. */
export function fitted(
  call: ChatToolCall,
  tools: readonly ToolDefinition[],
): { call: ChatToolCall; repairs: ReplyRepair[] } {
  const repairs: ReplyRepair[] = [];
  const name = offeredName(call.name, tools) ?? call.name;
  if (name !== call.name) repairs.push('tool-name');
  const once = decodedOnce(call.argumentsText);
  if (once !== null) repairs.push('arguments-encoded-twice');
  const given = once ?? parsedObject(call.argumentsText);
  const schema = tools.find((tool) => tool.name === name)?.parameters as Schema | undefined;
  const typed = given === null || schema === undefined ? null : withTypes(given, schema);
  if (typed !== null) repairs.push('arguments-of-other-type');
  const changed = typed ?? once;
  const argumentsText = changed === null ? call.argumentsText : JSON.stringify(changed);
  return { call: { ...call, name, argumentsText }, repairs };
}

/** What JSON text within JSON text says; null where it is not written so. */
function decodedOnce(text: string): Values | null {
  let inner: unknown = text;
  for (let depth = 0; depth < 4 && typeof inner === 'string'; depth += 1) {
    const value = parsed(inner);
    if (isObject(value)) return depth > 0 ? value : null;
    inner = value;
  }
  return null;
}

function parsedObject(text: string): Values | null {
  const value = parsed(text);
  return isObject(value) ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values in the types that the schema wants, without nulls for what may be absent; null where nothing had to change. */
function withTypes(given: Values, { properties = {}, required }: Schema): Values | null {
  const needed = Array.isArray(required) ? required : [];
  let changed = false;
  const entries = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const types = schema === undefined ? [] : typesOf(schema);
    const absent = value === null && !types.includes('null') && !needed.includes(name);
    const typed = types.length === 0 ? value : asType(value, types);
    changed ||= absent || typed !== value;
    return absent ? [] : [[name, typed]];
  });
  return changed ? Object.fromEntries(entries) : null;
}

function typesOf({ type, anyOf = [] }: Schema): string[] {
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((each) => typeof each === 'string');
  return Array.isArray(anyOf) ? anyOf.flatMap(typesOf) : [];
}

/** Text that says a number, true or false, a list or an object; a number for text. Anything else stays as it is. */
function asType(value: unknown, types: readonly string[]): unknown {
  if (typeof value === 'string' && !types.includes('string')) {
    const said = parsed(value.trim());
    const kind = Array.isArray(said) ? 'array' : isObject(said) ? 'object' : typeof said;
    const wanted = kind === 'number' && Number.isInteger(said) ? ['number', 'integer'] : [kind];
    return wanted.some((each) => types.includes(each)) ? said : wordOf(value, types);
  }
  const isText = types.includes('string') && types.length === 1;
  return isText && (typeof value === 'number' || typeof value === 'boolean') ? String(value) : value;
}

/** As Python writes it. */
function wordOf(value: string, types: readonly string[]): unknown {
  if (!types.includes('boolean')) return value;
  return { True: true, False: false }[value.trim()] ?? value;
}
