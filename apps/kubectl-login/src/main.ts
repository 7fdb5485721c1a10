/** The program's entry: answers from the cache with `fs` alone, and loads everything else only when that fails. */
import { answerFromCache } from './fast/answer.ts';
import { writeAll } from './fast/write-all.ts';

const argv = process.argv.slice(2);
const status = answerFromCache({
  argv,
  env: process.env,
  platform: process.platform,
  uid: process.getuid?.(),
  ppid: process.ppid,
  now: Date.now(),
  write: (text) => writeAll(1, text),
});
if (status !== undefined) process.exit(status);
void import('./cli.ts').then(({ run }) => run(argv));
