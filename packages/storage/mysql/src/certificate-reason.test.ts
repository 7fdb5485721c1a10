import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { withCertificateReason } from './certificate-reason.ts';

const stream = Object.assign(new TLSSocket(new Socket()), { authorizationError: 'CERT_HAS_EXPIRED' });
const failure = (code: string): Error => Object.assign(new Error('told'), { code });

describe('an error on a connection with TLS', () => {
  it('of the handshake has the code of what is wrong with the certificate', () => {
    expect(withCertificateReason(failure('HANDSHAKE_SSL_ERROR'), stream)).toHaveProperty('code', 'CERT_HAS_EXPIRED');
    expect(withCertificateReason(failure('HANDSHAKE_SSL_ERROR'), new Socket())).toHaveProperty(
      'code',
      'HANDSHAKE_SSL_ERROR',
    );
  });

  it('of something else is not put down to a certificate that nobody has checked', () => {
    expect(withCertificateReason(failure('ECONNRESET'), stream)).toHaveProperty('code', 'ECONNRESET');
    expect(withCertificateReason('odd', stream)).toBe('odd');
  });
});
