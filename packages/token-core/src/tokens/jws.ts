import type { Signer } from '../keys/signer.ts';

/** Who signs, and the `typ` of what is signed. */
export interface JwsOptions {
  readonly signer: Signer;
  /** Absent: the header has none. */
  readonly typ?: string | undefined;
}

/**
 * A JWS in its compact form (RFC 7515 section 7.1), with `alg` and `kid` and, when given, `typ` in its header. jose can
 * sign with a key that it holds, and a key that nobody may hold signs here as well: the signer is given bytes.
 *
 * @param payload the text that is signed.
 * @throws {OstiaryError} `keys/unavailable`
 */
export async function signCompact(payload: string, { signer, typ }: JwsOptions): Promise<string> {
  const { alg, kid } = signer;
  const input = `${encode(JSON.stringify({ alg, kid, typ }))}.${encode(payload)}`;
  const signature = await signer.sign(Buffer.from(input, 'latin1'));
  return `${input}.${Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('base64url')}`;
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
