/** Who may import whom: the one table of folder boundaries. `npm run lint` holds every import of the checkout to it. */

/** What a folder may import beside itself. `types:` allows type-only imports, which leave no trace at run time. */
export const mayImport: Record<string, readonly string[]> = {
  lib: [],
  contracts: ['lib'],
  config: ['lib', 'contracts'],
  workflows: ['lib', 'contracts', 'types:activities'],
  activities: ['lib', 'contracts', 'agents', 'models', 'retrieval', 'harness', 'observability'],
  agents: ['lib', 'contracts'],
  models: ['lib', 'contracts'],
  'offline-model': ['lib', 'contracts'],
  retrieval: ['lib', 'contracts'],
  harness: ['lib', 'contracts'],
  observability: ['lib', 'contracts'],
  runtime: ['lib', 'contracts', 'config', 'observability'],
  // Composition: these put the parts together.
  'runtime/host/main.ts': ['*'],
  worker: ['*'],
  client: ['lib', 'contracts', 'config', 'harness', 'retrieval', 'observability', 'runtime', 'types:workflows'],
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
  'offline-model',
  'retrieval',
  'harness',
];

/** Packages, beside our own folders, that workflow code may import: it runs again at each replay and must be deterministic. */
export const packagesOfWorkflows = ['@temporalio/workflow', '@temporalio/common'];
