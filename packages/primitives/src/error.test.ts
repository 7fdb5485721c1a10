import { describe, expect, it } from 'vitest';
import { errorStatus, isOstiaryError, OstiaryError } from './error.ts';

describe('OstiaryError', () => {
  it('keeps code, message, detail and cause apart', () => {
    const cause = new Error('socket closed');
    const error = new OstiaryError('upstream/unavailable', 'Try again later.', { cause, detail: { host: 'a' } });
    expect(error).toMatchObject({ code: 'upstream/unavailable', message: 'Try again later.', detail: { host: 'a' } });
    expect(error.cause).toBe(cause);
  });

  it('is recognised when another copy of the package made it', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('ostiary.error'), { value: true });
    expect(isOstiaryError(Object.assign(foreign, { code: 'login/denied' }), 'login/denied')).toBe(true);
    expect(isOstiaryError(new Error('x'))).toBe(false);
    expect(isOstiaryError('login/denied')).toBe(false);
  });

  it('matches one code when asked to', () => {
    const error = new OstiaryError('oauth/invalid_grant', 'used');
    expect(isOstiaryError(error, 'oauth/invalid_grant')).toBe(true);
    expect(isOstiaryError(error, 'oauth/invalid_client')).toBe(false);
  });

  it('has the status that RFC 6749 section 5.2 asks for', () => {
    expect(errorStatus('oauth/invalid_client')).toBe(401);
    expect(errorStatus('oauth/invalid_grant')).toBe(400);
  });
});
