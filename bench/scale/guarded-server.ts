/** TLS with certificates of clients, and keys of an API, for a Temporal server of a measurement: everything made on the spot. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort, type Programs } from '../peers/systems/programs.ts';

export type Guard = {
  /** Parts of the server's configuration. */
  tls: object;
  authorization: object;
  /** What clients and workers need. */
  environment: Record<string, string>;
};

const serverName = 'temporal.example';

/** Needs `openssl`. @param folder for keys and certificates; @param programs at whose end the server of public keys ends */
export async function makeGuard(programs: Programs, folder: string): Promise<Guard> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const authority = ['-x509', '-days', '2', '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.pem'];
  openssl('req', '-newkey', 'rsa:2048', '-nodes', ...authority);
  for (const name of ['server', 'client']) {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, ...files);
    writeFileSync(at(`${name}.ext`), `subjectAltName=DNS:${name === 'server' ? serverName : name}\n`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
  }
  const client = { serverName, rootCaFiles: [at('ca.pem')] };
  const own = { certFile: at('server.pem'), keyFile: at('server.key') };
  const { token, keysUrl } = await apiKey(programs);
  return {
    tls: {
      frontend: { server: { ...own, requireClientAuth: true, clientCaFiles: [at('ca.pem')] }, client },
      systemWorker: { certFile: at('client.pem'), keyFile: at('client.key'), client },
    },
    authorization: {
      jwtKeyProvider: { keySourceURIs: [keysUrl] },
      ...{ permissionsClaimName: 'permissions', authorizer: 'default', claimMapper: 'default' },
    },
    environment: {
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_NAME: serverName,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: at('ca.pem'),
      TEMPORAL_TLS_CLIENT_CERT_PATH: at('client.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: at('client.key'),
      TEMPORAL_API_KEY: token,
    },
  };
}

/** A token that the server's own authorizer takes, sent as `Authorization: Bearer`, and where it learns how to check it. */
async function apiKey(programs: Programs): Promise<{ token: string; keysUrl: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const about = { kid: 'one', alg: 'RS256', use: 'sig' };
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), ...about }] });
  const port = await freePort();
  const server = createServer((_, response) => response.end(keys)).listen(port, '127.0.0.1');
  programs.afterwards(() => void server.close());
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const hour = 3600;
  const exp = Math.floor(Date.now() / 1000) + 24 * hour;
  const claims = { sub: 'bench', permissions: ['temporal-system:admin', 'default:admin'], exp };
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(claims)}`;
  const token = `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
  return { token, keysUrl: `http://127.0.0.1:${port}/keys` };
}
