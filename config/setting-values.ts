/** What a setting may be: each kind of value with its words for a person and its schema, which takes the text as written. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { ModelLimits, noLimits } from '../contracts/model/limits.ts';
import { type StoreAddress, type TlsMode, tlsModes } from '../contracts/store-address.ts';

/** The words end the sentence "NAME: expected …"; the schema's own are not shown. */
export type Kind<Value> = readonly [expects: string, schema: z.ZodType<Value, string>];

export type Setting<Value> = {
  /** One line for .env.example and for `doctor`. */
  about: string;
  /** What a value must be, to end the sentence "NAME: expected …"; the schema's own words are not shown. */
  expects: string;
  /** What holds when it is not set, as a person would write it; null: nothing. */
  unset: string | null;
  /** True: never shown. */
  secret: boolean;
  /** Takes the text as it is written. */
  schema: z.ZodType<Value, string>;
};

export function setting<Value>(
  about: string,
  [expects, schema]: Kind<Value>,
  unset: string | null = null,
  secret = false,
): Setting<Value> {
  return { about, expects, unset, secret, schema };
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const traceSinks = ['langfuse', 'file', 'none'] as const;

export function whole(least: number, most: number): Kind<number> {
  const number = z.int().min(least).max(most);
  return [
    `a whole number from ${least} to ${most}`,
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .pipe(number),
  ];
}

const oneWord = z.string().regex(/^\S{1,200}$/);
const path = z.string().refine(isAbsolute);
export const word: Kind<string> = ['a name without spaces', oneWord];
export const key: Kind<string> = ['a key without spaces', oneWord];
export const token: Kind<string> = ['a token of 20 to 200 characters without spaces', z.string().regex(/^\S{20,200}$/)];
export const anyText: Kind<string> = ['text', z.string()];
export const absolutePath: Kind<string> = ['an absolute path (~ is not expanded)', path];
export const absolutePaths: Kind<string[]> = [
  'absolute paths with commas between them',
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(path)),
];
/** The server takes fairness keys of 64 bytes. */
export const tenant: Kind<string> = [
  'up to 64 letters, digits, dots, dashes and underscores',
  z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
];
/** Langfuse takes ids of this length. */
export const userName: Kind<string> = [
  'a name of up to 200 printable characters',
  z
    .string()
    .trim()
    .regex(/^[^\p{C}]{1,200}$/u),
];
export const level: Kind<(typeof logLevels)[number]> = [`one of ${logLevels.join(', ')}`, z.enum(logLevels)];
export const traceSink: Kind<(typeof traceSinks)[number]> = ['langfuse, file or none', z.enum(traceSinks)];
export const onOff: Kind<boolean> = ['on or off', z.stringbool({ truthy: ['on'], falsy: ['off'] })];

export const httpUrl: Kind<string> = [
  'an http:// or https:// address such as http://127.0.0.1:8080/v1',
  z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, '')),
];

/** In the clear only to this machine. */
export const webhookUrl: Kind<string> = [
  'an https:// address, or an http:// one of this machine (127.0.0.1, localhost), without user and password',
  z.url({ protocol: /^https?$/, abort: true }).refine((text) => {
    const { protocol, hostname, username, password } = new URL(text);
    const isHere = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
    return username === '' && password === '' && (protocol === 'https:' || isHere);
  }),
];

/** As Standard Webhooks has them. */
export const webhookSecret: Kind<Uint8Array> = [
  'whsec_ and the base64 of 24 to 64 bytes, such as `echo whsec_$(openssl rand -base64 32)` gives',
  z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/)
    .transform((text) => new Uint8Array(Buffer.from(text.slice('whsec_'.length), 'base64')))
    .refine(({ length }) => length >= 24 && length <= 64),
];

/** With its server's certificate checked, unless it says otherwise. */
export const postgresUrl: Kind<Omit<StoreAddress, 'caFile'>> = [
  `an address such as postgres://user:password@host:5432/database, with no option but ?sslmode=${tlsModes.join('|')}`,
  z.url({ protocol: /^postgres(ql)?$/ }).transform((text, context) => {
    const url = new URL(text);
    const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
    const mode = url.searchParams.get('sslmode') ?? 'verify-full';
    const isKnown = tlsModes.some((each) => each === mode) && [...url.searchParams.keys()].every(isSslMode);
    if (!isKnown || !user || password === null || !database || url.hostname === '') {
      context.addIssue('no address of a database');
      return z.NEVER;
    }
    // Brackets are how an address of IPv6 stands in a URL.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return { host, port: Number(url.port || 5432), user, password: password ?? '', database, tls: mode as TlsMode };
  }),
];

const isSslMode = (name: string): boolean => name === 'sslmode';

/** Null for what is not encoded as a part of a URL is. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** As `curl` takes it: without a scheme it is http. */
export const proxyUrl: Kind<string> = [
  'an http:// or https:// address such as http://proxy.example:3128',
  z
    .string()
    .transform((text) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`))
    .pipe(z.url({ protocol: /^https?$/ }))
    .transform((text) => new URL(text).href),
];

/** A port alone is one of this machine. */
export const listenAddress: Kind<string> = [
  'a port, or host:port',
  z
    .string()
    .regex(/^(?:(?:\[[0-9a-f:]+\]|[\w.-]+):)?\d{1,5}$/i)
    .transform((text) => (text.includes(':') ? text : `127.0.0.1:${text}`))
    .refine((text) => isPort(Number(/\d+$/.exec(text)?.[0]))),
];

const isPort = (port: number): boolean => port > 0 && port < 65_536;

/** The dot parts name and build in what Temporal prints. */
export const deploymentName: Kind<string> = [
  'up to 60 letters, digits, dashes and underscores',
  z.string().regex(/^[A-Za-z0-9_-]{1,60}$/),
];

export const environmentName: Kind<string> = [
  'up to 40 of a-z, 0-9, - and _, not starting with langfuse',
  z.string().regex(/^(?!langfuse)[a-z0-9_-]{1,40}$/),
];

export const pattern: Kind<string> = ['a JavaScript regular expression', z.string().refine(isPattern)];

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'g').source !== '';
  } catch {
    return false;
  }
}

const limitNames = ['requests', 'tokens', 'concurrency'];

/** `requests=60;tokens=100000;concurrency=4`, or some of them. */
export const modelLimits: Kind<ModelLimits> = [
  'limits such as requests=60;tokens=100000;concurrency=4, the first two a minute',
  z
    .string()
    .transform((text) => text.split(';').map((part) => part.trim().split('=', 2)))
    .refine((parts) => parts.every(([name = '', value = '']) => limitNames.includes(name) && /^\d{1,9}$/.test(value)))
    .refine((parts) => new Set(parts.map(([name]) => name)).size === parts.length)
    .transform((parts) => ({ ...noLimits, ...Object.fromEntries(parts.map(([name, value]) => [name, Number(value)])) }))
    .pipe(ModelLimits),
];

// Headers and fields of requests, as JSON.

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});

/** What the transfer itself needs. */
const ownHeaders =
  /^(host|connection|content-(length|type|encoding)|transfer-encoding|accept-encoding|idempotency-key)$/i;
const header = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/)
  .refine((name) => !ownHeaders.test(name));
export const headerName: Kind<string> = ['the name of a header', header];

export const headerValues: Kind<Record<string, string>> = [
  'a JSON object of texts such as {"x-team": "search"}, without headers of the transfer itself',
  jsonText.pipe(z.record(header, z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))),
];

const roles = ['router', 'specialist', 'judge', 'synthesizer'] as const;
/** What each call decides, and what budgets count on. */
const ownFields = [
  'messages',
  'tools',
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
];
const fields = z
  .record(z.string(), z.unknown())
  .refine((given) => !ownFields.some((own) => Object.hasOwn(given, own)))
  .default({});
export const extraBody: Kind<Record<(typeof roles)[number], Record<string, unknown>>> = [
  `a JSON object with fields for all or for one of ${roles.join(', ')}, such as {"all": {"seed": 7}}, and none of ${ownFields.join(', ')}`,
  jsonText
    .pipe(z.strictObject({ all: fields, router: fields, specialist: fields, judge: fields, synthesizer: fields }))
    .transform(({ all, router, specialist, judge, synthesizer }) => ({
      router: { ...all, ...router },
      specialist: { ...all, ...specialist },
      judge: { ...all, ...judge },
      synthesizer: { ...all, ...synthesizer },
    })),
];
