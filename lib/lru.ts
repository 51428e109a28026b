/** A map with room for a number of entries: of too many, the one unused for longest goes. */

/** An entry is used when it is got or set; `has` and walking through the map use none. */
export class LruMap<Key, Value> extends Map<Key, Value> {
  readonly #most: number;
  readonly #onEvicted: ((value: Value, key: Key) => void) | undefined;

  /** @param onEvicted is told of an entry that had to go, after it went; not of one that was deleted or set anew */
  constructor(most: number, onEvicted?: (value: Value, key: Key) => void) {
    super();
    this.#most = most;
    this.#onEvicted = onEvicted;
  }

  override get(key: Key): Value | undefined {
    if (!this.has(key)) return undefined;
    const value = super.get(key) as Value;
    this.set(key, value);
    return value;
  }

  override set(key: Key, value: Value): this {
    this.delete(key);
    super.set(key, value);
    // The walk to the oldest passes all that was deleted since the map was last packed: only where one has to go.
    if (this.size > this.#most) this.#evict();
    return this;
  }

  #evict(): void {
    for (const [oldest, unused] of this) {
      if (this.size <= this.#most) break;
      this.delete(oldest);
      this.#onEvicted?.(unused, oldest);
    }
  }
}
