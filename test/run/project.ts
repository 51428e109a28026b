import { runHere } from './groups.ts';

runHere('project');
