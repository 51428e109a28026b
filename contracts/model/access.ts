/** How a model's endpoint is reached: what is set beside its address and key. */
import { z } from 'zod';
import { directly } from '../../lib/http-request.ts';
import { passwordsIn } from '../../lib/redaction.ts';

/** See `Network` in lib/http-request.ts. */
const Network = z.object({
  httpProxy: z.string().nullable(),
  httpsProxy: z.string().nullable(),
  noProxy: z.string().nullable(),
  caFile: z.string().nullable(),
});

export const ModelAccess = z.object({
  /** The header that carries the key; null: by the address. */
  keyHeader: z.string().nullable(),
  /** Sent with every request; their values are secrets. */
  headers: z.record(z.string(), z.string()),
  network: Network,
});
export type ModelAccess = z.infer<typeof ModelAccess>;

export const ordinaryAccess: ModelAccess = { keyHeader: null, headers: {}, network: directly };

/** What holds of a chat model's requests unless a setting says otherwise. */
export const ordinaryTransport = { access: ordinaryAccess, stream: true, idleSeconds: 60, extraBody: {} };

/** Shorter values of headers and queries cannot be told from words, and are no secrets. */
const leastSecret = 8;

/** What must not be told to anyone: the key, extra headers, and what the addresses of endpoint and proxy carry. */
export function secretsOf(apiKey: string | null, baseUrl: string | null, { headers, network }: ModelAccess): string[] {
  const query = [...(baseUrl === null ? [] : new URL(baseUrl).searchParams)].filter(([name]) => name !== 'api-version');
  // `Bearer TOKEN` is the token's secret too.
  const values = [...Object.values(headers), ...query.map(([, value]) => value)].flatMap((value) => [
    value,
    ...value.split(' '),
  ]);
  const secrets = [
    ...(apiKey === null ? [] : [apiKey]),
    ...[baseUrl, network.httpProxy, network.httpsProxy].flatMap(passwordsIn),
    ...values.filter((value) => value.length >= leastSecret),
  ];
  return [...new Set(secrets)];
}
