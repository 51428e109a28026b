/** The peer "temporal": what a team writes first on Temporal, on the server of Switchyard's own `up`. */
import { fileURLToPath } from 'node:url';
import * as steps from '../pipeline.ts';
import { serveWorkflow } from './serve-workflow.ts';

await serveWorkflow('plain', fileURLToPath(new URL('./plain-workflow.ts', import.meta.url)), steps);
