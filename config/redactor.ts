/** The redactor of a configuration: its keys, what looks like a secret, and the pattern that the user adds. */
import type { Config } from './config.ts';
import { foreignSecrets } from '../contracts/foreign/servers.ts';
import { secretsOf } from '../contracts/model/access.ts';
import { createRedactor, type Redactor } from '../lib/redaction.ts';

/** @returns a redactor for logs and traces of this configuration; the pattern was checked when the settings were read */
export function redactorOf({
  model,
  embeddings,
  traces,
  encryption,
  codecServer,
  sharedStore,
  webhook,
  foreignServers,
  serve,
}: Config): Redactor {
  const { apiKey, baseUrl, access } = model;
  const ofEmbeddings = embeddings === null ? [] : secretsOf(embeddings.apiKey, embeddings.baseUrl, embeddings.access);
  const key = traces.langfuse?.secretKey;
  const fallback = model.fallback === null ? [] : secretsOf(model.fallback.apiKey, model.fallback.baseUrl, access);
  const secrets = [
    ...secretsOf(apiKey, baseUrl, access),
    ...fallback,
    ...ofEmbeddings,
    ...(key === undefined ? [] : [key]),
  ];
  secrets.push(...encryption.keys.map(({ bytes }) => Buffer.from(bytes).toString('base64')));
  secrets.push(...serve.keys.map(({ key }) => key));
  if (webhook !== null) secrets.push(Buffer.from(webhook.secret).toString('base64'));
  if (sharedStore !== null && sharedStore.password !== '') secrets.push(sharedStore.password);
  secrets.push(...foreignSecrets(foreignServers.servers));
  if (codecServer.token !== null) secrets.push(codecServer.token);
  return createRedactor(secrets, traces.redact === null ? [] : [new RegExp(traces.redact, 'g')]);
}
