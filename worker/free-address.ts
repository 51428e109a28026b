/** Tells whether somebody listens at an address already, so that a default never makes a second worker fail. */
import { createServer } from 'node:net';

/** @param address host:port @returns the same; null where it is taken */
export function freeAddress(address: string): Promise<string | null> {
  const at = address.lastIndexOf(':');
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(null));
    probe.listen(Number(address.slice(at + 1)), address.slice(0, at), () => probe.close(() => resolve(address)));
  });
}
