import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { EtcdConfig } from './config.ts';
import { Refused, Unfit, unavailable } from './etcd-error.ts';
import { etcdOpeningError } from './opening-error.ts';

const config: EtcdConfig = { endpoints: ['https://etcd-1:2379', 'https://etcd-2:2379'], namespace: '', ssl: {} };
const opening = (error: unknown, other: Partial<EtcdConfig> = {}): unknown =>
  etcdOpeningError({ ...config, ...other }, error);
const refused = (http: number, message: string): Refused => new Refused({ http, message });
const coded = (code: string): unknown => unavailable(Object.assign(new Error('x'), { code }));

describe('a storage that cannot be opened', () => {
  it('is named with its endpoints, why, and what to do', () => {
    expect(opening(unavailable(new Error('connect ECONNREFUSED 10.0.0.7:2379')))).toMatchObject({
      code: 'storage/unavailable',
      message:
        'storage.config: etcd at etcd-1:2379, etcd-2:2379 cannot be used: connect ECONNREFUSED 10.0.0.7:2379. See that it runs and can be reached from here, or correct where it is.',
    });
    expect(opening(refused(429, 'etcdserver: mvcc: database space exceeded'))).toMatchObject({
      code: 'storage/unavailable',
      message: expect.stringContaining('cannot be used: etcdserver: mvcc: database space exceeded.'),
    });
    expect(opening(refused(502, ''))).toHaveProperty(
      'message',
      expect.stringContaining('cannot be used: HTTP status 502.'),
    );
  });

  it.each([
    [
      refused(400, 'etcdserver: authentication failed, invalid user ID or password'),
      'refuses this username and password.',
    ],
    [refused(400, 'etcdserver: user name is empty'), 'wants a user. Set username and password'],
    [refused(412, 'etcdserver: authentication is not enabled'), 'asks nobody for a password. Run etcdctl auth enable'],
    [refused(400, 'CommonName of client sending a request'), 'takes no client certificate with a CommonName'],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'has a certificate that is not trusted. Set ssl.caFile'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'for another name. Correct endpoints, or set ssl.serverName'],
    [coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'does not take the client certificate, or wants one'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'speaks no TLS. Write http://'],
    [coded('ERR_OSSL_X509_KEY_VALUES_MISMATCH'), 'ssl.keyFile is not the key of ssl.certFile'],
    [new Unfit('has no gateway'), 'etcd-2:2379 has no gateway.'],
  ])('is a mistake in the configuration: %s', (error, words) => {
    expect(opening(error)).toMatchObject({ code: 'config/invalid', message: expect.stringContaining(words) });
  });

  it('guesses why a connection was closed: only the log of etcd says it', () => {
    const messages = [
      opening(coded('UND_ERR_SOCKET')),
      opening(coded('ECONNRESET'), { ssl: { certFile: '/c', keyFile: '/k' } }),
      opening(coded('UND_ERR_SOCKET'), { endpoints: ['http://etcd-1:2379'] }),
    ].map((error) => (error instanceof OstiaryError ? error.message : ''));
    expect(messages.map((message) => /closes the connection; (.*?)\. See/u.exec(message)?.[1])).toEqual([
      'it may want a client certificate (ssl.certFile), or speak no TLS (http://)',
      'it may not trust ssl.certFile, or speak no TLS (http://)',
      'if it speaks TLS, write https://',
    ]);
  });

  it('keeps errors that say enough, and bugs', () => {
    const file = new OstiaryError('config/invalid', 'ssl.caFile: the file cannot be read.');
    expect(opening(file)).toBe(file);
    const bug = new TypeError('odd');
    expect(opening(bug)).toBe(bug);
  });
});
