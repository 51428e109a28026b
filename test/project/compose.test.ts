// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Compose file writes its variables so.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { type FailureKind, failureKinds, failurePage } from '../../contracts/failures.ts';
import { settingNames } from '../../config/settings.ts';

type Service = {
  image?: string;
  build?: string;
  profiles?: string[];
  environment?: Record<string, string | null>;
  ports?: string[];
  healthcheck?: object;
  depends_on?: Record<string, { condition: string; required?: boolean }>;
};
type Stack = { services: Record<string, Service> };
type Sources = { compose: string; dockerfile: string; dockerignore: string; example: string };

const checkout = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const shipped: Sources = {
  compose: read('docker-compose.yml'),
  dockerfile: read('Dockerfile'),
  dockerignore: read('.dockerignore'),
  example: read('.env.example'),
};

/**
 * The Compose Specification's schema as compose-go 2.16.2 ships it (schema/compose-spec.json), the loader inside Docker
 * Compose; Apache-2.0, the licence and the notice lie beside it.
 */
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
  JSON.parse(read('test/project/compose-spec.json')),
);

const stackOf = ({ compose }: Sources): Stack => parse(compose, { merge: true });
const servicesOf = (sources: Sources) => Object.entries(stackOf(sources).services);

/** Each image with the comment lines above it. */
function citedImages({ compose }: Sources): { image: string; comment: string }[] {
  return [...compose.matchAll(/((?: {4}#.*\n)*)(?: {4}build:.*\n)? {4}image: (\S+)/g)].map((match) => ({
    comment: match[1] ?? '',
    image: match[2] ?? '',
  }));
}

const isOneShot = (name: string, sources: Sources) =>
  servicesOf(sources).some(([, { depends_on }]) => depends_on?.[name]?.condition === 'service_completed_successfully');

const hasHealthCheck = ({ build, healthcheck }: Service, { dockerfile }: Sources) =>
  healthcheck !== undefined || (build !== undefined && /^HEALTHCHECK .*CMD /m.test(dockerfile));

/** "Temporal server 1.32.0: temporalio/temporal, release v1.32.0", or that our own Dockerfile says it. */
const citation = /# [A-Z]\w+.* \d+\.\d+[\d.]*: [\w./-]+\/\w+|the Dockerfile cites/;

const secretName = /PASSWORD|SECRET|SALT|ENCRYPTION_KEY|PWD$|REDIS_AUTH|REDISCLI_AUTH/;
const required = /\$\{\w+:\?[^}]+\}/;
/** Keys that open nothing when they are not there (Langfuse then makes a project without any), and the path of a file. */
const optional = [
  ...['LANGFUSE_INIT_PROJECT_SECRET_KEY', 'LANGFUSE_SECRET_KEY'],
  ...['SWITCHYARD_ENCRYPTION_KEYS', 'SWITCHYARD_WEBHOOK_SECRET'],
];

/** Secrets of a service's environment, and secret variables anywhere in the file, that are not required of .env. */
function secretsWithDefaults(sources: Sources): string[] {
  const inServices = servicesOf(sources).flatMap(([service, { environment = {} }]) =>
    Object.entries(environment)
      .filter(([name]) => secretName.test(name) && !optional.includes(name))
      .flatMap(([name, value]) => (required.test(value ?? '') ? [] : [`${service} ${name}`])),
  );
  const anywhere = [...sources.compose.matchAll(/\$\{(STACK_\w+)([^}]*)\}|:\/\/\w+:(\w+)@/g)].flatMap(
    ([text, name = '', rest = '']) => (name === '' || (secretName.test(name) && !rest.startsWith(':?')) ? [text] : []),
  );
  return [...inServices, ...anywhere];
}

function exampleSecrets({ example }: Sources): string[] {
  return [...example.matchAll(/^# (STACK_\w+)=.+$/gm)].flatMap(([, name = '']) =>
    secretName.test(name) ? [name] : [],
  );
}

type Rule = {
  /** What is wrong, a line each; empty where the rule is kept. */
  breaches: (sources: Sources) => string[];
  /** A change that breaks the rule: in which file, what, and what by. */
  broken: [keyof Sources, string | RegExp, string][];
};

const rules: Record<string, Rule> = {
  'the file follows the Compose Specification': {
    breaches: (sources) => {
      validate(stackOf(sources));
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
    broken: [['compose', 'restart: unless-stopped', 'restarts: unless-stopped']],
  },
  'each variable has a line in .env.example': {
    breaches: ({ compose, example }) =>
      [...compose.matchAll(/\$\{(\w+)/g)].flatMap(([, name = '']) =>
        new RegExp(`^# ${name}=`, 'm').test(example) ? [] : [name],
      ),
    broken: [['example', '# STACK_RETENTION_DAYS=', '# STACK_RETENTION=']],
  },
  'each line of the stack in .env.example is a variable': {
    breaches: ({ compose, example }) =>
      [...example.matchAll(/^# (STACK_\w+)=/gm)].flatMap(([, name = '']) =>
        new RegExp(`\\$\\{${name}:?[-?]`).test(compose) ? [] : [name],
      ),
    broken: [['compose', '${STACK_RETENTION_DAYS:-90}', "'90'"]],
  },
  'a secret has no default, neither in the file nor in .env.example': {
    breaches: (sources) => [...secretsWithDefaults(sources), ...exampleSecrets(sources)],
    broken: [
      ['compose', '${STACK_LANGFUSE_SALT:?run deploy/secrets.sh}', '${STACK_LANGFUSE_SALT:-salt}'],
      ['compose', /langfuse:\$\{STACK_LANGFUSE_DB_PASSWORD[^}]*\}@/, 'langfuse:langfuse@'],
      ['compose', '- ${STACK_LANGFUSE_VALKEY_PASSWORD:?run deploy/secrets.sh}', '- ${STACK_LANGFUSE_VALKEY_PASSWORD}'],
      ['example', '# STACK_LANGFUSE_SALT=', '# STACK_LANGFUSE_SALT=salt'],
    ],
  },
  'a port is on the loopback address only': {
    breaches: (sources) =>
      servicesOf(sources).flatMap(([name, { ports = [] }]) =>
        ports.flatMap((port) => (/^127\.0\.0\.1:[^:]+(:-\d+\})?:\d+$/.test(String(port)) ? [] : [`${name} ${port}`])),
      ),
    broken: [
      ['compose', '"127.0.0.1:${STACK_LANGFUSE_PORT:-3000}:3000"', '"3000:3000"'],
      ['compose', '"127.0.0.1:${STACK_TEMPORAL_PORT:-7233}:7233"', '7233'],
    ],
  },
  'an image has a full tag, and a comment that says where it was read': {
    breaches: (sources) => {
      const cited = citedImages(sources);
      const images = servicesOf(sources).map(([, { image }]) => image);
      const bad = cited.filter(({ image, comment }) => !/:\d+\.\d+[\w.-]*$/.test(image) || !citation.test(comment));
      return images.join() === cited.map(({ image }) => image).join()
        ? bad.map(({ image }) => image)
        : ['not all seen'];
    },
    broken: [
      ['compose', 'temporalio/ui:2.54.1', 'temporalio/ui:latest'],
      ['compose', 'temporalio/ui:2.54.1', 'temporalio/ui'],
      ['compose', /# Temporal UI 2\.54\.1.*/, ''],
    ],
  },
  'so has the base of our own image': {
    breaches: ({ dockerfile }) =>
      [...dockerfile.matchAll(/^(#.*\n)*FROM (\S+)/gm)].flatMap(([comment, , image = '']) =>
        /:\d+\.\d+\.\d+-\w/.test(image) && comment.includes('nodejs/docker-node') ? [] : [image],
      ),
    broken: [['dockerfile', 'node:24.21.0-bookworm-slim', 'node:24-slim']],
  },
  'a service has a health check, unless it runs once': {
    breaches: (sources) =>
      servicesOf(sources).flatMap(([name, service]) =>
        hasHealthCheck(service, sources) || isOneShot(name, sources) ? [] : [name],
      ),
    broken: [
      ['compose', /healthcheck:\n.*api\/health"\]\n(?: {6}.*\n)*/, ''],
      ['dockerfile', /^HEALTHCHECK.*/m, ''],
    ],
  },
  'what a service waits for is in its own profile, or not required': {
    breaches: (sources) => {
      const { services } = stackOf(sources);
      return servicesOf(sources).flatMap(([name, { profiles = [], depends_on = {} }]) =>
        Object.entries(depends_on).flatMap(([other, { required }]) =>
          required === false || services[other]?.profiles?.join() === profiles.join() ? [] : [`${name} ${other}`],
        ),
      );
    },
    broken: [['compose', ', required: false', '']],
  },
  'each service is in one of the four profiles': {
    breaches: (sources) =>
      servicesOf(sources).flatMap(([name, { profiles = [] }]) =>
        ['temporal', 'store', 'langfuse', 'worker'].includes(profiles.join()) ? [] : [name],
      ),
    broken: [['compose', '    profiles: [worker]\n', '']],
  },
  'the worker runs as nobody special, and by tini': {
    breaches: ({ dockerfile }) => {
      const user = [...dockerfile.matchAll(/^USER (\S+)/gm)].at(-1)?.[1];
      const started = dockerfile.includes('ENTRYPOINT ["tini", "--"]\nCMD ["node", "worker/main.ts"]');
      return [...(user === 'node' ? [] : [`USER ${user}`]), ...(started ? [] : ['ENTRYPOINT'])];
    },
    broken: [
      ['dockerfile', 'USER node', ''],
      ['dockerfile', 'STOPSIGNAL', 'USER root\nSTOPSIGNAL'],
      ['dockerfile', 'CMD ["node", "worker/main.ts"]', 'CMD npm run worker'],
    ],
  },
  'the worker gets each setting, but for those of a data directory with a server of its own': {
    breaches: (sources) => {
      const given = Object.keys(stackOf(sources).services.worker?.environment ?? {});
      const own = ['SWITCHYARD_HOME', 'SWITCHYARD_TEMPORAL_EXECUTABLE'];
      return settingNames.filter((name) => !given.includes(name) && !own.includes(name));
    },
    broken: [['compose', '      OPENAI_API_KEY:\n', '']],
  },
  'the image gets each folder of ours but those of development': {
    breaches: ({ dockerignore }) =>
      readdirSync(checkout, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|runs$|dist$)/.test(entry.name))
        .map(({ name }) => name)
        .filter((name) => !['bench', 'deploy', 'docs', 'examples', 'test'].includes(name))
        .filter((name) => !dockerignore.split('\n').includes(`!${name}`)),
    broken: [['dockerignore', '!retrieval\n', '']],
  },
};

for (const [rule, { breaches, broken }] of Object.entries(rules)) {
  test(`the stack: ${rule}`, () => {
    assert.deepEqual(breaches(shipped), []);
    assert.ok(broken.length > 0);
    for (const [file, what, by] of broken) {
      const changed = shipped[file].replace(what, by);
      assert.notEqual(changed, shipped[file], `${what} is not in ${file}`);
      assert.notDeepEqual(breaches({ ...shipped, [file]: changed }), [], `nothing is said about: ${what}`);
    }
  });
}

test('the image has the page of every failure that a message names', () => {
  const lines = readFileSync(join(checkout, '.dockerignore'), 'utf8').split('\n');
  const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const kind of Object.keys(failureKinds) as FailureKind[])
    assert.ok(kept.includes(failurePage(kind).split('/')[0] ?? ''), failurePage(kind));
});
