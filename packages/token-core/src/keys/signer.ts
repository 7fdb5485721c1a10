import type { SigningAlgorithm } from './signing-algorithms.ts';

/** Signs with one key. Local keys do it with jose; a key management service can be another implementation. */
export interface Signer {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  /**
   * A compact JWS (RFC 7515) over `payload`, with `alg` and `kid` and, when given, `typ` in its header. Runs off the
   * event loop.
   *
   * @throws {OstiaryError} `keys/unavailable` when the key cannot be used at this moment.
   */
  sign(payload: Uint8Array, typ?: string): Promise<string>;
}
