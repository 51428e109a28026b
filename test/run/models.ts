import { runHere } from './groups.ts';

runHere('models');
