import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { Refused, unavailable } from './api-error.ts';
import { kubernetesOpeningError } from './opening-error.ts';
import { Unfit } from './unfit.ts';

const server = new URL('https://10.0.0.7:6443');
const opening = (error: unknown): unknown => kubernetesOpeningError({ server }, error);
const refused = (code: number, message = ''): Refused => new Refused({ code, reason: 'Sorry', message });
const coded = (code: string): unknown => unavailable(Object.assign(new Error('tls'), { code }));

describe('a storage that cannot be opened', () => {
  it('is named with where it is, why, and what to do', () => {
    expect(opening(unavailable(new Error('connect ECONNREFUSED 10.0.0.7:6443')))).toMatchObject({
      code: 'storage/unavailable',
      message:
        'storage.config: the Kubernetes API at 10.0.0.7:6443 cannot be used: connect ECONNREFUSED 10.0.0.7:6443. See that it runs and can be reached from here, or correct where it is.',
    });
    expect(opening(refused(503, 'etcd is away'))).toMatchObject({
      code: 'storage/unavailable',
      message: expect.stringContaining('cannot be used: 503 Sorry (etcd is away).'),
    });
  });

  it.each([
    [refused(401), 'does not know who is asking. Correct the token or the certificate.'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'has a certificate that is not trusted.'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'has a certificate for another name.'],
    [new Unfit('has no namespace x'), '10.0.0.7:6443 has no namespace x.'],
  ])('is a mistake in the configuration: %s', (error, words) => {
    expect(opening(error)).toMatchObject({ code: 'config/invalid', message: expect.stringContaining(words) });
  });

  it('keeps errors that say enough, and bugs', () => {
    const file = new OstiaryError('config/invalid', 'storage.config.inCluster: no file token');
    expect(opening(file)).toBe(file);
    const bug = new TypeError('odd');
    expect(opening(bug)).toBe(bug);
  });
});
