import { runHere } from './groups.ts';

runHere('commands');
