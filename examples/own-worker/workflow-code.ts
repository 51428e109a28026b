/** What the worker and the replays run: with `NODE_ENV=production` the bundle that `npm run bundle` has made, else the source, bundled at each start. */
import { fileURLToPath } from 'node:url';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export const workflowsPath = pathOf('./workflows.ts');
export const bundlePath = pathOf('./workflow-bundle.js');

export const workflowCode =
  process.env.NODE_ENV === 'production' ? { workflowBundle: { codePath: bundlePath } } : { workflowsPath };
