/** Bundles the workflows once, for workers that start with `NODE_ENV=production`: `node bundle.ts`. With encryption it needs the plugin, too (docs/own-worker.md). */
import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { bundlePath, workflowsPath } from './workflow-code.ts';

const { code } = await bundleWorkflowCode({ workflowsPath });
writeFileSync(bundlePath, code);
