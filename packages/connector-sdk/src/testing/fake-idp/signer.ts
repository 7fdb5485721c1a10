/** Keys of the fake provider, and signatures that are right or wrong in a chosen way. */
import { CompactEncrypt, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import type { Lies } from './lies.ts';

type SignatureLies = Pick<Lies, 'signature' | 'headerType' | 'withoutKeyId'>;

export interface FakeSigner {
  readonly algorithm: string;
  publicKeys(): readonly JWK[];
  sign(claims: Readonly<Record<string, unknown>>, lies: SignatureLies): Promise<string>;
  /** Signs with a new key from now on; the old one is no longer published. */
  rotate(): Promise<void>;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export async function fakeSigner(algorithm: string): Promise<FakeSigner> {
  let counter = 0;
  let current = await newKey();
  const foreign = await generateKeyPair(algorithm);

  async function newKey(): Promise<{ readonly kid: string; readonly pair: KeyPair; readonly jwk: JWK }> {
    counter += 1;
    const pair = await generateKeyPair(algorithm, { extractable: true });
    const kid = `key-${counter}`;
    return { kid, pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg: algorithm } };
  }

  return {
    algorithm,
    publicKeys: () => [current.jwk],
    async rotate() {
      current = await newKey();
    },
    async sign(claims, { signature: lie, headerType: typ, withoutKeyId = false }) {
      const header = { ...(withoutKeyId ? {} : { kid: current.kid }), ...(typ === undefined ? {} : { typ }) };
      if (lie === 'none') return new UnsecuredJWT({ ...claims }).encode();
      if (lie === 'HS256 with the public key') {
        const shared = new TextEncoder().encode(await exportSPKI(current.pair.publicKey));
        return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', ...header }).sign(shared);
      }
      const { privateKey } = lie === 'forged' ? foreign : current.pair;
      const token = new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, ...header });
      const signed = await token.sign(privateKey);
      if (lie === 'encrypted') return encrypted(signed);
      return lie === 'broken' ? `${signed.slice(0, -8)}AAAAAAAA` : signed;
    },
  };
}

/** For a key that nobody here has. */
function encrypted(token: string): Promise<string> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const bytes = new TextEncoder().encode(token);
  return new CompactEncrypt(bytes).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' }).encrypt(secret);
}
