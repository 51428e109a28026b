/** What the failures of the database mean, in words for the person who set its address. */
import type { StoreAddress } from '../contracts/store-address.ts';
import { messageOf } from '../lib/errors.ts';
import { cut, printableLine } from '../lib/printable.ts';

/** The shared store cannot be read or written now. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Without user and password. */
export function shownStore({ host, port, database }: StoreAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

export function storeUnavailable(address: StoreAddress, error: unknown): StoreUnavailable {
  const where = shownStore(address);
  return new StoreUnavailable(
    `the shared store at ${where} cannot be used (${problemOf(error)}): SWITCHYARD_STORE_URL`,
  );
}

const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** By the error's code and message; the first that fits. Codes of five characters are Postgres' own (SQLSTATE). */
const problems: readonly [RegExp, string][] = [
  [/^28P01|^28000/, 'it refuses user or password'],
  [/^3D000/, 'there is no such database'],
  [/^42501/, 'the user may not make or use the tables: it needs CREATE on the database, once'],
  [/^53300/, 'it has no connection left'],
  [/^53100/, 'its disk is full'],
  [/^57P0/, 'it is starting or stopping'],
  [/^25006/, 'it is read-only'],
  [/^ECONNREFUSED/, 'the connection was refused, so that nothing listens there'],
  [/^ENOTFOUND|^EAI_AGAIN/, 'there is no host of this name'],
  [/does not support SSL/i, 'the server has no TLS: sslmode=disable, where the network is trusted'],
  [/^ERR_TLS_CERT_ALTNAME/, 'its certificate is for another name'],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/, 'its certificate is not trusted: SWITCHYARD_CA_FILE'],
  [/^ETIMEDOUT|timeout|timed out/i, 'it does not answer in time'],
  [/^ECONNRESET|^EPIPE|connection terminated/i, 'the connection broke'],
];

function problemOf(error: unknown): string {
  const message = printableLine(messageOf(error));
  const known = problems.find(([pattern]) => pattern.test(codeOf(error)) || pattern.test(message));
  return known?.[1] ?? cut(message, 200);
}

/** Classes of SQLSTATE, codes of the system and messages of the client of which another try may come to nothing less. */
const passing =
  /^(08|53|57P|57014|40001|40P01|55P03|25006)|^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;
const passingMessage = /connection terminated|timeout|timed out|client was closed/i;

/** Whether the same statement may succeed in a moment. */
export function mayPass(error: unknown): boolean {
  return passing.test(codeOf(error)) || passingMessage.test(messageOf(error));
}
