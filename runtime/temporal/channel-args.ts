/** Options of gRPC channels that hold wherever we connect. */
import type { NativeConnectionOptions } from '@temporalio/worker';

/** A page of a history may be larger than the 4 MB that gRPC takes unless it is told otherwise; a history has 50 MB at most. */
const largestMessage = 64 * 1024 * 1024;

/** A server on this machine is reached directly: gRPC obeys `http_proxy`, and a proxy would look for the address on its own. */
export function channelArgsFor(address: string): { channelArgs: Record<string, number> } {
  const always = { 'grpc.max_receive_message_length': largestMessage };
  return { channelArgs: isThisMachine(address) ? { ...always, 'grpc.enable_http_proxy': 0 } : always };
}

/** The SDK compresses what a worker sends unless told otherwise: within a machine that only costs CPU, the server's too. */
export function compressionFor(address: string): Pick<NativeConnectionOptions, 'grpcCompression'> {
  return isThisMachine(address) ? { grpcCompression: { codec: 'none' } } : {};
}

function isThisMachine(address: string): boolean {
  const { hostname = '' } = URL.parse(`tcp://${address}`) ?? {};
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
