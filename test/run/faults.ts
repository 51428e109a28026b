import { runHere } from './groups.ts';

runHere('faults');
