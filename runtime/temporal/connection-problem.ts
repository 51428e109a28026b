/** Says in words why a Temporal server cannot be reached: the clients throw their libraries' own accounts of it. */
import { cut, printableLine } from '../../lib/printable.ts';

/** By what a client's message holds, in lower case; the first that fits. */
const problems: [RegExp, string][] = [
  [/connection ?refused|econnrefused/, 'the connection was refused, so that nothing listens there'],
  [/dns error|failed to lookup|name resolution|enotfound|eai_again/, 'there is no host of this name'],
  [/certificate|unknownissuer|\btls\b|\bssl\b|handshake|corruptmessage/, 'no TLS connection came about'],
  [/unauthenticated|unauthorized|permission ?denied/, 'it refuses the key or the certificate'],
  [/invalid uri|invalid url|invalid address|relativeurl/, 'this is not an address such as host:7233'],
  [/deadline|timed ?out|etimedout/, 'it does not answer in time'],
  [/unreachable|connection ?reset|broken ?pipe|econnreset/, 'the network does not lead there'],
];

/** One clause, to stand after the server's address. */
export function connectionProblem(error: unknown): string {
  const message = printableLine(error instanceof Error ? error.message : String(error));
  const text = message.toLowerCase();
  const [known] = problems.flatMap(([pattern, words]) => (pattern.test(text) ? [words] : []));
  // What is not known is told up to its first bracket, after which the insides of a library follow.
  return known ?? cut(message.split(/[({]/, 1)[0]?.trim() || message, 200);
}

/** @param address host:port */
export function unreachableText(address: string, error: unknown): string {
  return `no Temporal server answers at ${address} (${connectionProblem(error)}): start one, or check TEMPORAL_ADDRESS`;
}
