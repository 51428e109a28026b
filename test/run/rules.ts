import { runHere } from './groups.ts';

runHere('rules');
