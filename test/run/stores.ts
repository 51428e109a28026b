// Its database is of all files, so that none of them ends it.
import '../support/postgres.ts';
import { runHere } from './groups.ts';

runHere('stores');
