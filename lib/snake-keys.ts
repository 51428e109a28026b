/** Renames the fields of a value for those who read it outside: `costUsd` becomes `cost_usd`. */

/** `webUrl` → `web_url`. */
export type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeName<Rest>}`
  : Name;

/** Keys that are data, such as the names of routes in a record, stay as they are. */
export type SnakeKeys<Value> = Value extends readonly (infer Item)[]
  ? SnakeKeys<Item>[]
  : Value extends object
    ? string extends keyof Value
      ? { [Key in keyof Value]: SnakeKeys<Value[Key]> }
      : { [Key in keyof Value as Key extends string ? SnakeName<Key> : never]: SnakeKeys<Value[Key]> }
    : Value;

/**
 * Every place in a value whose own keys are data, as `outer.inner`: records, and what is unknown. Lists are passed
 * through, the members of a record have the name `*`.
 */
export type DataPlaces<Value, Path extends string = ''> = Value extends readonly (infer Item)[]
  ? DataPlaces<Item, Path>
  : Value extends object
    ? string extends keyof Value
      ? PlacesOfRecord<Value[keyof Value], Path>
      : { [Key in keyof Value & string]-?: DataPlaces<Value[Key], Below<Path, Key>> }[keyof Value & string]
    : unknown extends Value
      ? { [place in Path]: 'verbatim' }
      : never;

type PlacesOfRecord<Member, Path extends string> = unknown extends Member
  ? { [place in Path]: 'verbatim' }
  : { [place in Path]: 'map' } | DataPlaces<Member, Below<Path, '*'>>;

type Below<Path extends string, Key extends string> = Path extends '' ? Key : `${Path}.${Key}`;

/** `map`: the keys stay, and fields of the members are renamed; `verbatim`: nothing below is renamed. */
export type DataKind = 'map' | 'verbatim';

type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? { readonly [Place in keyof All]: All[Place] }
  : never;

/** The compiler asks for every such place with its kind, and for no other. */
export type DataArguments<Value> = [DataPlaces<Value>] extends [never] ? [] : [data: Together<DataPlaces<Value>>];

/** @param data places whose keys are data and stay as they are; @returns a copy with every other key in snake_case */
export function snakeKeys<Value>(value: Value, ...[data]: DataArguments<Value>): SnakeKeys<Value> {
  return renamed(value, (data ?? {}) as Places, '') as SnakeKeys<Value>;
}

type Places = Readonly<Record<string, DataKind>>;

function renamed(value: unknown, data: Places, path: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, data, path));
  const kind = Object.hasOwn(data, path) ? data[path] : undefined;
  if (kind === 'verbatim') return value;
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  // From entries, so that a key such as __proto__ stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      kind === 'map' ? [key, renamed(member, data, below('*'))] : [snakeName(key), renamed(member, data, below(key))],
    ),
  );
}

/** `webUrl` → `web_url`. */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
