/** Options of gRPC channels that hold wherever we connect. */

/** A page of a history may be larger than the 4 MB that gRPC takes unless it is told otherwise; a history has 50 MB at most. */
const largestMessage = 64 * 1024 * 1024;

/** A server on this machine is reached directly: gRPC obeys `http_proxy`, and a proxy would look for the address on its own. */
export function channelArgsFor(address: string): { channelArgs: Record<string, number> } {
  const { hostname = '' } = URL.parse(`tcp://${address}`) ?? {};
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  const always = { 'grpc.max_receive_message_length': largestMessage };
  return { channelArgs: isHere ? { ...always, 'grpc.enable_http_proxy': 0 } : always };
}
