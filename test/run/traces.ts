import { runHere } from './groups.ts';

runHere('traces');
