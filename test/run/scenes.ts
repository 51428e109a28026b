import { runHere } from './groups.ts';

runHere('scenes');
