/** Where the shared store is: a Postgres database that workers of several machines reach. */

/**
 * How its server is trusted, by libpq's names. `disable`: no TLS. `require`: encrypted, whoever answers. `verify-full`: its
 * certificate must be of an authority that is trusted, and for its name.
 */
export const tlsModes = ['disable', 'require', 'verify-full'] as const;
export type TlsMode = (typeof tlsModes)[number];

export type StoreAddress = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls: TlsMode;
  /** A PEM file of certificate authorities to trust beside Node's; null: those alone. */
  caFile: string | null;
};
