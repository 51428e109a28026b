/** The peer "fused". */
import { fileURLToPath } from 'node:url';
import * as steps from './fused-steps.ts';
import { serveWorkflow } from './serve-workflow.ts';

await serveWorkflow('fused', fileURLToPath(new URL('./fused-workflow.ts', import.meta.url)), steps);
