/** Raw signing with the engine that jose uses too: no header, no claims, no encoding. */
import { randomBytes, webcrypto } from 'node:crypto';

const { subtle } = webcrypto;
/** As long as a token of the other subjects. */
const payload = randomBytes(700);

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

/** Algorithms that are measured. */
export type SigningAlgorithm = keyof typeof algorithms;

/** Makes a key and answers what signs with it. */
export async function newSigner(name: SigningAlgorithm): Promise<() => Promise<ArrayBuffer>> {
  const pair = await subtle.generateKey(algorithms[name].generate, false, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error(`${name} makes no pair of keys`);
  const { privateKey } = pair;
  return () => subtle.sign(algorithms[name].sign, privateKey, payload);
}

/** What came over the channel as a name. */
export const algorithmOf = (name: unknown): SigningAlgorithm => (name === 'ES256' ? 'ES256' : 'RS256');
