/** The limit of the machine: signatures per second over a payload of a token's size, and nothing else. */
import { randomBytes, webcrypto } from 'node:crypto';
import { repeat } from '../load.ts';
import { answerQuestions } from './serve.ts';

const { subtle } = webcrypto;
const payload = randomBytes(700);
/** More than the threads that sign, so that none of them waits. */
const PARALLEL = 16;

const algorithms = {
  RS256: {
    generate: {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    sign: { name: 'RSASSA-PKCS1-v1_5' },
  },
  ES256: { generate: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
} as const;

async function newKey(name: keyof typeof algorithms): Promise<webcrypto.CryptoKey> {
  const pair = await subtle.generateKey(algorithms[name].generate, false, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error(`${name} makes no pair of keys`);
  return pair.privateKey;
}

const keys = { RS256: await newKey('RS256'), ES256: await newKey('ES256') };

answerQuestions(async ({ algorithm, seconds }) => {
  const name = algorithm === 'ES256' ? 'ES256' : 'RS256';
  const work = async (): Promise<void> => void (await subtle.sign(algorithms[name].sign, keys[name], payload));
  return repeat(work, PARALLEL, Number(seconds));
});
