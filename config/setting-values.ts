/** What a setting may be: each kind of value with its words for a person and its reader, which gives null for anything else. */
import { isAbsolute } from 'node:path';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export function whole(least: number, most: number): readonly [string, (text: string) => number | null] {
  return [
    `a whole number from ${least} to ${most}`,
    (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : null;
    },
  ];
}

export const word = ['a name without spaces', (text: string) => (/^\S{1,200}$/.test(text) ? text : null)] as const;
export const key = ['a key without spaces', word[1]] as const;
export const anyText = ['text', (text: string) => text] as const;
export const absolutePath = [
  'an absolute path (~ is not expanded)',
  (text: string) => (isAbsolute(text) ? text : null),
] as const;
export const absolutePaths = [
  'absolute paths with commas between them',
  (text: string) => {
    const paths = text.split(',').map((path) => path.trim());
    return paths.every((path) => isAbsolute(path)) ? paths : null;
  },
] as const;
export const level = [
  `one of ${logLevels.join(', ')}`,
  (text: string) => logLevels.find((known) => known === text) ?? null,
] as const;

export const httpUrl = [
  'an http:// or https:// address such as http://127.0.0.1:8080/v1',
  (text: string) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) ? text.replace(/\/+$/, '') : null;
  },
] as const;

export const onOff = ['on or off', (text: string) => ({ on: true, off: false })[text.toLowerCase()] ?? null] as const;

/** As `curl` takes it: without a scheme it is http. */
export const proxyUrl = [
  'an http:// or https:// address such as http://proxy.example:3128',
  (text: string) => {
    const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    return url !== null && /^https?:$/.test(url.protocol) ? url.href : null;
  },
] as const;

const headerPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** What the transfer itself needs. */
const ownHeaders =
  /^(host|connection|content-(length|type|encoding)|transfer-encoding|accept-encoding|idempotency-key)$/i;
export const headerName = [
  'the name of a header',
  (text: string) => (headerPattern.test(text) && !ownHeaders.test(text) ? text : null),
] as const;

export const headerValues = [
  'a JSON object of texts such as {"x-team": "search"}, without headers of the transfer itself',
  (text: string): Record<string, string> | null => {
    const fields = jsonObject(text);
    const isHeader = ([name, value]: [string, unknown]) =>
      headerName[1](name) !== null && typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
    return fields !== null && Object.entries(fields).every(isHeader) ? (fields as Record<string, string>) : null;
  },
] as const;

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
export const extraBody = [
  `a JSON object with fields for all or for one of ${roles.join(', ')}, such as {"all": {"seed": 7}}, and none of ${ownFields.join(', ')}`,
  (text: string): Partial<Record<(typeof roles)[number], Record<string, unknown>>> | null => {
    const given = jsonObject(text);
    if (given === null) return null;
    const fit = Object.entries(given).every(([name, fields]) => {
      const isKnown = name === 'all' || roles.some((role) => role === name);
      return isKnown && isObject(fields) && !ownFields.some((own) => Object.hasOwn(fields, own));
    });
    const forRole = (role: string): [string, object] => [
      role,
      { ...(given.all as object), ...(given[role] as object) },
    ];
    return fit ? Object.fromEntries(roles.map(forRole)) : null;
  },
] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** A port alone is one of this machine. */
export const listenAddress = [
  'a port, or host:port',
  (text: string) => {
    const [, host = '127.0.0.1', port] = /^(?:(\[[0-9a-f:]+\]|[\w.-]+):)?(\d{1,5})$/i.exec(text) ?? [];
    return port !== undefined && Number(port) > 0 && Number(port) < 65_536 ? `${host}:${port}` : null;
  },
] as const;

export const traceSink = [
  'langfuse, file or none',
  (text: string) => (['langfuse', 'file', 'none'] as const).find((known) => known === text) ?? null,
] as const;

export const environmentName = [
  'up to 40 of a-z, 0-9, - and _, not starting with langfuse',
  (text: string) => (/^(?!langfuse)[a-z0-9_-]{1,40}$/.test(text) ? text : null),
] as const;

export const pattern = [
  'a JavaScript regular expression',
  (text: string) => {
    try {
      return new RegExp(text, 'g').source;
    } catch {
      return null;
    }
  },
] as const;
