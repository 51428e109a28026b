import { runHere } from './groups.ts';

runHere('kills');
