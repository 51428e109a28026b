/** Makes our search attributes known to a namespace, and tells which of them may be used there. */
import type { Connection } from '@temporalio/client';
import { searchAttributes } from '../../contracts/names.ts';
import { messageOf } from '../../lib/errors.ts';

export type SearchAttributeName = keyof typeof searchAttributes;

/** IndexedValueType in temporal/api/enums/v1/common.proto. */
const indexedTypes = { KEYWORD: 2, INT: 3 } as const;
const names = Object.keys(searchAttributes) as SearchAttributeName[];

/** The flags with which a dev server knows them from its first moment. */
export const searchAttributeFlags: readonly string[] = names.flatMap((name) => {
  const word = searchAttributes[name] === 'INT' ? 'Int' : 'Keyword';
  return ['--search-attribute', `${name}=${word}`];
});

/**
 * Registers what is missing. A server where that is not allowed (Temporal Cloud, a namespace without the right) is no
 * failure: a start that used an attribute it doesn't know would fail, so callers use only those that are returned.
 * @returns the usable names, and why the others are not; null when all are usable.
 */
export async function registerSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<{ usable: SearchAttributeName[]; refusal: string | null }> {
  try {
    const missing = await missingFrom(connection, namespace);
    if (missing.length > 0) {
      const wanted = Object.fromEntries(missing.map((name) => [name, indexedTypes[searchAttributes[name]]]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
    }
    const left = await missingFrom(connection, namespace);
    const refusal = left.length === 0 ? null : `the server lacks ${left.join(', ')} or has them with another type`;
    return { usable: names.filter((name) => !left.includes(name)), refusal };
  } catch (error) {
    const refusal = messageOf(error);
    return { usable: await usableAnyway(connection, namespace), refusal };
  }
}

async function missingFrom(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<SearchAttributeName[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return names.filter((name) => customAttributes[name] !== indexedTypes[searchAttributes[name]]);
}

async function usableAnyway(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<SearchAttributeName[]> {
  try {
    const missing = await missingFrom(connection, namespace);
    return names.filter((name) => !missing.includes(name));
  } catch {
    // The caller gets the refusal of the first call, which is the one that tells.
    return [];
  }
}
