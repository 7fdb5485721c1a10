import { mysql } from './databases.ts';
import { testServerOn } from './server-on-database.ts';

testServerOn(mysql);
