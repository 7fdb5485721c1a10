import { it } from 'vitest';
import { postgres } from './databases.ts';
import { refusesToStart, testServerOn } from './server-on-database.ts';

testServerOn(postgres, (database) => {
  it.each([
    ['TLS that the database does not speak', { ssl: {} }, 'speaks no TLS.'],
    ['a port where nobody is', { port: 1 }, '127.0.0.1:1 cannot be used: connect ECONNREFUSED'],
  ])('does not start with %s, and says so in one line', (_what, wrong, words) =>
    refusesToStart(database(), wrong, words),
  );
});
