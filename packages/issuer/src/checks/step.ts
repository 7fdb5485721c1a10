import type { LoginStep } from '@ostiary/connector-sdk';
import { type Json, OstiaryError } from '@ostiary/primitives';

/** Bytes of `keep` as JSON that the contract allows. The rest of the cookie is for the client's request. */
const MOST_KEPT = 1024;

/**
 * Refuses a step that a connector must not answer. What is wrong must be told of the connector: the cookie that could
 * not be written or read later would be blamed on the client or the browser.
 *
 * @throws {OstiaryError} `upstream/protocol` with what is wrong in its detail.
 */
export function requireStep(step: LoginStep): void {
  const problem = problemOf(step);
  if (problem === undefined) return;
  throw new OstiaryError('upstream/protocol', 'The login failed.', {
    detail: { reason: 'the connector answered no step of a login', problem },
  });
}

/** As a connector without types may answer it. */
interface Answered {
  readonly kind?: string;
  readonly url?: string;
  readonly action?: string;
  readonly keep?: Json;
}

function problemOf(step: Answered | undefined): string | undefined {
  if (step?.kind !== 'redirect' && step?.kind !== 'form') return 'its kind is neither redirect nor form';
  const { kind, url, action, keep } = step;
  const target = kind === 'redirect' ? url : action;
  if (target === undefined || !isWebUrl(target)) return 'it does not lead to an http or https URL';
  if (keep === undefined) return 'it has no keep: write null for nothing';
  const bytes = Buffer.byteLength(JSON.stringify(keep));
  return bytes > MOST_KEPT ? `its keep has ${bytes} bytes, more than ${MOST_KEPT}` : undefined;
}

/** Whether a browser may be sent there. */
export const isWebUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
