/** Holds a schema of what is printed to the type of the value that is printed: where one of them changes, the compiler asks for the other. */
import type { z } from 'zod';

/** Without `readonly`, which a schema does not say. */
type Plain<Value> = unknown extends Value
  ? unknown
  : Value extends readonly (infer Item)[]
    ? Plain<Item>[]
    : Value extends object
      ? { -readonly [Key in keyof Value]: Plain<Value[Key]> }
      : Value;

type Fits<One, Other> = [One] extends [Other] ? unknown : { doesNotFit: Other };

/** The schema of what has that type: no more and no less. */
export const schemaOf =
  <Value>() =>
  <Schema extends z.ZodType>(
    schema: Schema & Fits<Plain<Value>, z.output<Schema>> & Fits<z.output<Schema>, Plain<Value>>,
  ): Schema =>
    schema;

/** With null for every number. */
type Open<Value> = unknown extends Value
  ? unknown
  : Value extends number
    ? number | null
    : Value extends readonly (infer Item)[]
      ? Open<Item>[]
      : Value extends object
        ? { -readonly [Key in keyof Value]: Open<Value[Key]> }
        : Value;

/** The same where a number may be none, as that of nothing by nothing, which is printed as null: which are is not compared. */
export const schemaOfOpen =
  <Value>() =>
  <Schema extends z.ZodType>(
    schema: Schema & Fits<Open<Value>, Open<z.output<Schema>>> & Fits<Open<z.output<Schema>>, Open<Value>>,
  ): Schema =>
    schema;
