import { createHash, timingSafeEqual } from 'node:crypto';
import type { PasswordLogin, RedirectLogin } from '@ostiary/connector-sdk';
import type { Clock } from '@ostiary/primitives';
import type { MockPasswordConfig } from './config.ts';
import { callbackPerson, passwordPerson } from './identity.ts';

/** Sends the browser straight back: there is no provider, and no session, so each visit is a login. */
export function mockCallbackLogin(now: Clock): RedirectLogin {
  return {
    async begin({ callbackUrl, state }) {
      const url = new URL(callbackUrl);
      url.searchParams.set('state', state);
      return { kind: 'redirect', url: url.href, keep: null };
    },
    async finish() {
      return { ...callbackPerson, authentication: { time: now() } };
    },
  };
}

/** Takes the configured name and password. */
export function mockPasswordLogin(config: MockPasswordConfig): PasswordLogin {
  return {
    prompt: 'Username',
    async check({ username, password }) {
      const right = sameText(username, config.username);
      const rightPassword = sameText(password.reveal(), config.password.reveal());
      return right && rightPassword ? passwordPerson : 'rejected';
    },
  };
}

const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest();
