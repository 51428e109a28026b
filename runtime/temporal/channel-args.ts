/** Options of gRPC channels that hold wherever we connect. */

/** A server on this machine is reached directly: gRPC obeys `http_proxy`, and a proxy would look for the address on its own. */
export function channelArgsFor(address: string): { channelArgs: Record<string, number> } {
  const { hostname = '' } = URL.parse(`tcp://${address}`) ?? {};
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return { channelArgs: isHere ? { 'grpc.enable_http_proxy': 0 } : {} };
}
