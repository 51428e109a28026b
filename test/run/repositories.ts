import { runHere } from './groups.ts';

runHere('repositories');
