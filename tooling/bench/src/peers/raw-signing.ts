/** The limit of the machine: signatures per second over a payload of a token's size, and nothing else. */
import { repeat } from '../load.ts';
import { algorithmOf, newSigner } from '../signing.ts';
import { answerQuestions } from './serve.ts';

/** More than the threads that sign, so that none of them waits. */
const PARALLEL = 16;

const signers = { RS256: await newSigner('RS256'), ES256: await newSigner('ES256') };

answerQuestions(async ({ algorithm, seconds }) => {
  const sign = signers[algorithmOf(algorithm)];
  return repeat(async () => void (await sign()), PARALLEL, Number(seconds));
});
