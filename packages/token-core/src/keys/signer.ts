import type { SigningAlgorithm } from './signing-algorithms.ts';

/** Signs bytes with one key. The private key may be here, or in a key management service that another one asks. */
export interface Signer {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  /**
   * The signature of `data`, in the form that JWS has for `alg` (RFC 7518 sections 3.3 and 3.4, RFC 8037): for ES256
   * R and S side by side, not DER. Runs off the event loop.
   *
   * @throws {OstiaryError} `keys/unavailable` when the key cannot be used at this moment.
   */
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}
