/** Merges the deltas of a streamed chat completion, those of fields that only some providers send too. */

export type Fields = Record<string, unknown>;

/** Sent whole, and by some servers again with each chunk; every other text of a delta is the next piece of it. */
const labels = new Set(['role', 'id', 'type', 'name', 'object', 'model', 'status', 'format', 'index', 'finish_reason']);
/** Pieces of text inside of nested objects, where most texts are whole: signatures, encrypted reasoning, ids. */
const nestedTexts = new Set(['arguments', 'text', 'content', 'thinking', 'reasoning', 'summary']);
/** What is nested deeper than any provider's fields is taken whole. */
export const deepest = 8;

/** Without a prototype: a field may have any name, `__proto__` for one. */
export const noFields = (): Fields => Object.create(null) as Fields;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of `more` replace those of `target`, but nothing and empty texts replace nothing. */
export function replaceFields(target: Fields, more: Fields): void {
  for (const [name, value] of Object.entries(more))
    if (target[name] === undefined || (value !== null && value !== '')) target[name] = value;
}

/** Lists grow, everything else is replaced: the log probabilities of a choice. */
export function appendLists(target: Fields, more: Fields): void {
  for (const [name, value] of Object.entries(more)) {
    const before = target[name];
    if (Array.isArray(value) && Array.isArray(before)) for (const item of value) before.push(item);
    else if (Array.isArray(value)) target[name] = [...value];
    else if (before === undefined || value !== null) target[name] = value;
  }
}

/** Adds a delta to a message. Tool calls are not merged here (see `createCallMerger`). */
export function mergeDelta(target: Fields, delta: Fields): void {
  for (const [name, value] of Object.entries(delta)) {
    if (labels.has(name)) replaceFields(target, { [name]: value });
    else mergeField(target, name, value, 0);
  }
}

function mergeField(target: Fields, name: string, value: unknown, depth: number): void {
  const before = target[name];
  if (value === null || value === undefined) target[name] = before ?? null;
  else if (typeof value === 'string') target[name] = withText(before, value, depth === 0 || nestedTexts.has(name));
  else if (Array.isArray(value)) target[name] = withParts(before, value, depth);
  else if (isFields(value) && depth < deepest) target[name] = withFields(before, value, depth);
  else target[name] = value;
}

function withText(before: unknown, text: string, isPiece: boolean): unknown {
  if (Array.isArray(before)) return withParts(before, text === '' ? [] : [{ type: 'text', text }], 0);
  if (typeof before !== 'string' || before === '') return text;
  if (text === '') return before;
  return isPiece ? before + text : text;
}

function withFields(before: unknown, value: Fields, depth: number): Fields {
  const target = isFields(before) ? before : noFields();
  for (const [name, inner] of Object.entries(value)) mergeField(target, name, inner, depth + 1);
  return target;
}

/** Content in parts (Mistral), reasoning in parts (OpenRouter, LiteLLM): a part goes on with the one before it, or is new. */
function withParts(before: unknown, parts: readonly unknown[], depth: number): unknown[] {
  const list = Array.isArray(before) ? before : typeof before === 'string' && before !== '' ? [textPart(before)] : [];
  for (const part of parts) {
    const last: unknown = list.at(-1);
    if (depth < deepest && isFields(part) && isFields(last) && goesOn(last, part)) withFields(last, part, depth);
    else list.push(isFields(part) ? withFields(null, part, depth) : part);
  }
  return list;
}

const textPart = (text: string): Fields => ({ type: 'text', text });

/** A signature or encrypted data ends a part. */
function goesOn(last: Fields, part: Fields): boolean {
  const same = (name: string) => last[name] === part[name] || last[name] == null || part[name] == null;
  const isClosed = [last.signature, last.data].some((end) => typeof end === 'string' && end !== '');
  const hasText = [...nestedTexts].some((name) => part[name] != null) || part.signature != null;
  return (
    typeof part.type === 'string' && last.type === part.type && same('index') && same('id') && !isClosed && hasText
  );
}

export type CallMerger = {
  add(deltas: readonly unknown[]): void;
  /** In the order in which they began. */
  calls: Fields[];
};

/** Tool calls are told apart by index, by id where servers give one index to all, and by a name where they give neither. */
export function createCallMerger(): CallMerger {
  const calls: Fields[] = [];
  const byKey = new Map<unknown, Fields>();
  const find = (delta: Fields): Fields | undefined => {
    const { id, index } = delta;
    const named = isFields(delta.function) && typeof delta.function.name === 'string' && delta.function.name !== '';
    const hasId = typeof id === 'string' && id !== '';
    if (typeof index === 'number') {
      const found = byKey.get(index);
      const another = hasId && named && typeof found?.id === 'string' && found.id !== '' && found.id !== id;
      return another ? undefined : found;
    }
    if (hasId) return byKey.get(id);
    return named ? undefined : calls.at(-1);
  };
  return {
    calls,
    add(deltas) {
      for (const delta of deltas.filter(isFields)) {
        let call = find(delta);
        if (call === undefined) {
          call = noFields();
          calls.push(call);
        }
        mergeCall(call, delta);
        if (typeof delta.index === 'number') byKey.set(delta.index, call);
        if (typeof delta.id === 'string' && delta.id !== '') byKey.set(delta.id, call);
      }
    },
  };
}

function mergeCall(call: Fields, delta: Fields): void {
  const { index: _, function: asked, ...rest } = delta;
  mergeDelta(call, rest);
  if (!isFields(asked)) return;
  const { name, ...said } = asked;
  const target = isFields(call.function) ? call.function : noFields();
  call.function = target;
  if (typeof name === 'string') target.name = withName(target.name, name);
  for (const [field, value] of Object.entries(said)) mergeField(target, field, value, 1);
}

/** A name comes whole, whole with every chunk, grown with every chunk, or in pieces. */
function withName(before: unknown, name: string): string {
  if (typeof before !== 'string' || name.startsWith(before)) return name;
  return before === name || name === '' ? before : before + name;
}
