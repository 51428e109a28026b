/** Who may import whom: the one table of folder boundaries. `npm run lint` holds every import of the checkout to it. */

const belowApplication = [
  'lib',
  'contracts',
  'codecs',
  'config',
  'harness',
  'retrieval',
  'router-fit',
  'observability',
  'runtime',
  'shared-store',
  'types:workflows',
];

/** What a folder may import beside itself. `types:` allows type-only imports, which leave no trace at run time. */
export const mayImport: Record<string, readonly string[]> = {
  lib: [],
  contracts: ['lib'],
  codecs: ['lib', 'contracts'],
  config: ['lib', 'contracts', 'codecs'],
  workflows: ['lib', 'contracts', 'types:activities'],
  activities: [
    'lib',
    'contracts',
    'codecs',
    'agents',
    'models',
    'retrieval',
    'harness',
    'question-maker',
    'router-fit',
    'observability',
  ],
  agents: ['lib', 'contracts'],
  models: ['lib', 'contracts', 'codecs'],
  'shared-store': ['lib', 'contracts', 'codecs', 'models', 'retrieval'],
  'offline-model': ['lib', 'contracts'],
  retrieval: ['lib', 'contracts', 'codecs'],
  harness: ['lib', 'contracts', 'codecs'],
  'router-fit': ['lib', 'contracts', 'harness', 'retrieval', 'offline-model'],
  'question-maker': ['lib', 'contracts', 'harness'],
  observability: ['lib', 'contracts', 'codecs'],
  runtime: ['lib', 'contracts', 'codecs', 'config', 'observability'],
  // Composition: these put the parts together.
  'runtime/host/main.ts': ['*'],
  worker: ['*'],
  application: belowApplication,
  mcp: ['application', ...belowApplication],
  client: ['application', 'mcp', ...belowApplication],
  bench: ['*'],
  examples: ['*'],
  test: ['*'],
};

/** Folders that are usable without Temporal: none of its packages is imported there. */
export const withoutTemporal = [
  'lib',
  'contracts',
  'config',
  'agents',
  'models',
  'shared-store',
  'offline-model',
  'retrieval',
  'harness',
  'question-maker',
  'router-fit',
];

/** Packages, beside our own folders, that workflow code may import: it runs again at each replay and must be deterministic. */
export const packagesOfWorkflows = ['@temporalio/workflow', '@temporalio/common'];
