/** The program's entry: answers from the cache with `fs` alone, and loads everything else only when that fails. */
import { answerFromCache, type FastCall, refuseOnce } from './fast/answer.ts';
import { nodeProblem } from './fast/node-version.ts';
import { outputProblem, writeAll } from './fast/write-all.ts';

const argv = process.argv.slice(2);
const call: FastCall = {
  argv,
  env: process.env,
  platform: process.platform,
  uid: process.getuid?.(),
  ppid: process.ppid,
  now: Date.now(),
  write(text) {
    const code = writeAll(1, text);
    const wrong = outputProblem(code);
    if (wrong !== undefined) writeAll(2, `error: ${wrong}\n`);
    return code === undefined;
  },
};
// Asked first: the answer must not depend on whether a token happens to lie ready.
const tooOld = nodeProblem(process.versions.node, process.execPath);
if (tooOld !== undefined) {
  refuseOnce(call, () => writeAll(2, `${tooOld}\n`));
  process.exit(1);
}
const status = answerFromCache(call);
if (status !== undefined) process.exit(status);
void import('./cli.ts').then(({ run }) => run(argv));
