import { runHere } from './groups.ts';

runHere('workflows');
