import { runHere } from './groups.ts';

runHere('surfaces');
