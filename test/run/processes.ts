import { runHere } from './groups.ts';

runHere('processes');
