/** Whom to trust as a TLS server: Node's own roots, the system's, and those the person added. Nothing is replaced. */
import { getCACertificates } from 'node:tls';
import { systemCode } from '../problem.ts';

export interface TrustRoots {
  /** The roots for the first attempt; undefined means Node's defaults (bundled and NODE_EXTRA_CA_CERTS). */
  first(): string[] | undefined;
  /** Those and the system's, which take long to read: for when the first were not enough. */
  all(): string[];
}

/** @param added PEM text of additional roots. */
export function createTrustRoots(added: string | undefined): TrustRoots {
  const extra = added === undefined ? [] : [added];
  return {
    first: () => (added === undefined ? undefined : [...getCACertificates('default'), ...extra]),
    all: () => [...getCACertificates('default'), ...getCACertificates('system'), ...extra],
  };
}

const TRUST_FAILURES = [
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];

/** True when the server's certificate leads to no known root, which more roots may cure. */
export function isTrustFailure(error: unknown): boolean {
  return TRUST_FAILURES.includes(systemCode(error) ?? '');
}
