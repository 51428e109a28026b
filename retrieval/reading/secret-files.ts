/** Tells files that are known to hold passwords, tokens and private keys: by their names, then by what they hold. */

/** What ends the names of files that only show which settings there are. */
const shown = /[._-](example|examples|sample|template|tmpl|tpl|dist|defaults?|schema)(\.|$)/i;
/** `.env.d.ts` and `.env.md` are about an environment, not one. */
const source = /\.(ts|js|mjs|cjs|py|rb|go|rs|md|rst|txt\.erb)$/i;

const names = new Set(
  (
    '.env id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk id_xmss .netrc _netrc .git-credentials ' +
    '.pgpass .htpasswd .my.cnf .s3cfg .boto .vault-token .dockercfg .dockerconfigjson kubeconfig terraform.tfvars ' +
    'application_default_credentials.json accesstokens.json secring.gpg master.key'
  ).split(' '),
);
const endings =
  /\.(key|p12|pfx|pkcs12|jks|jceks|keystore|ppk|kdbx|kubeconfig|tfstate|tfstate\.backup|tfvars|tfvars\.json)$/i;
const places =
  /(^|\/)(\.aws\/(credentials|config)|\.kube\/config|\.docker\/config\.json|\.gem\/credentials|\.cargo\/credentials(\.toml)?|\.config\/gcloud\/.+|\.azure\/.+\.json|\.config\/gh\/hosts\.yml|\.ssh\/[^/.]+)$/i;
const notKeys = new Set(['config', 'known_hosts', 'authorized_keys', 'environment']);

/** What the name alone tells. */
export function isSecretName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (shown.test(name)) return false;
  if (names.has(name) || endings.test(name)) return true;
  if (name.startsWith('.env.')) return !source.test(name);
  return places.test(path) && !(/(^|\/)\.ssh\//i.test(path) && notKeys.has(name));
}

/** Files that hold a token or not, by their names: what in them is one. */
const tokens: [name: RegExp, token: RegExp][] = [
  [/^\.?npmrc$/, /_(auth|authToken|password)\s*=\s*["']?(?!["']?\$\{)[^\s"']/i],
  [/^\.pypirc$/, /^[ \t]*password[ \t]*[=:][ \t]*\S/im],
  [/^\.yarnrc\.yml$/, /npmAuth(Token|Ident)["']?\s*:\s*["']?(?!["']?\$\{)[^\s"']/],
  [/^pip\.(conf|ini)$/, /:\/\/[^/\s:@]+:[^/\s@$]+@/],
  [/\.(pem|crt|cer|asc)$/, /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----/],
];

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1).toLowerCase();

/** Names the rule by which a file of this name must be looked into; null where there is none. */
export function tokenRule(path: string): string | null {
  return tokens.find(([name]) => name.test(nameOf(path)))?.[0].source ?? null;
}

export function holdsToken(path: string, text: string): boolean {
  return tokens.find(([name]) => name.test(nameOf(path)))?.[1].test(text) === true;
}

/** A private key, or a service account's, whatever its name. */
export function holdsKey(text: string): boolean {
  const start = text.slice(0, 4_000);
  if (/^\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----/.test(start)) return true;
  return /^\s*\{/.test(start) && /"private_key"\s*:\s*"-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(start);
}
