/** Where a request goes and which header carries the key: OpenAI's way, and both of Azure's. */

export const openAiUrl = 'https://api.openai.com/v1';

/** Azure's hosts, in its national clouds too. */
const azureHost = /\.(openai|cognitiveservices|services\.ai)\.azure\.(com|us|cn)$/;
/** The newest version of the addresses with a deployment that is generally available. */
const azureVersion = '2024-10-21';
const deployments = '/openai/deployments/';

/**
 * The address of a call. The base URL's query goes with every request; `{model}` in its path is the name of the model, for
 * endpoints that have an address for each; what people copy from a portal, the path of the call behind it, is taken too.
 */
export function requestUrl(baseUrl: string, path: string, model: string): string {
  const url = new URL(baseUrl);
  const base = url.pathname
    .replaceAll('%7Bmodel%7D', encodeURIComponent(model))
    .replace(/(?<!\/)\/+$/, '')
    .replace(/\/(chat\/completions|embeddings)$/, '');
  const isAzure = azureHost.test(url.hostname);
  url.pathname = `${isAzure && base === '' ? '/openai/v1' : base}/${path}`;
  if (isAzure && base.startsWith(deployments) && !url.searchParams.has('api-version'))
    url.searchParams.set('api-version', azureVersion);
  return url.href;
}

/**
 * The headers that carry the key: `named` where it is set, else `api-key` for Azure's addresses, a gateway's in front of it
 * too, else `Authorization: Bearer`. Null takes the header away that the SDK would send.
 */
export function keyHeaders(
  apiKey: string | null,
  baseUrl: string,
  named: string | null,
): Record<string, string | null> {
  const header = named ?? (isAzureAddress(new URL(baseUrl)) ? 'api-key' : 'authorization');
  if (apiKey === null || header.toLowerCase() === 'authorization') return {};
  return { authorization: null, [header]: apiKey };
}

function isAzureAddress({ hostname, pathname, searchParams }: URL): boolean {
  return azureHost.test(hostname) || pathname.includes(deployments) || searchParams.has('api-version');
}
