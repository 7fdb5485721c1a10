/** Field types of the configuration schema that are not in the connector kit. */
import { isIP } from 'node:net';
import { httpUrl } from '@ostiary/connector-sdk/config';
import { type IssuerId, issuerUrl } from '@ostiary/primitives';
import { z } from 'zod';
import { type ListenAddress, parseListenAddress } from '../listen/address.ts';
import { isColour } from '../pages/colour.ts';
import { isSupportUrl } from '../pages/look.ts';

/** A Go listen address: `127.0.0.1:5556`, `:5556`. */
export const listenAddress: z.ZodType<ListenAddress, string> = z.string().transform((text, context) => {
  const address = parseListenAddress(text);
  if (address !== undefined) return address;
  context.addIssue('is not an address to listen on. Write host:port, like 127.0.0.1:5556, or :5556 for all addresses.');
  return z.NEVER;
});

/** A network as `10.0.0.0/8` or `fd00::/8`. */
export const network: z.ZodType<string, string> = z
  .string()
  .refine(
    (text) => isNetwork(text),
    'is not a network. Write it with its prefix length, like 10.0.0.0/8 or 10.1.2.3/32.',
  );

function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  const longest = { 4: 32, 6: 128 }[isIP(address)];
  return longest !== undefined && more.length === 0 && /^\d{1,3}$/u.test(prefix) && Number(prefix) <= longest;
}

/** A value of a response header. */
export const headerValue: z.ZodType<string, string> = z
  .string()
  .regex(/^[\t\x20-\x7e]*$/u, 'must be one line of ASCII. Remove line breaks and other signs.');

/** An origin as browsers send it, or `*`. */
export const origin: z.ZodType<string, string> = z
  .string()
  .refine(
    (text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'is not an origin. Write scheme, host and port without a path, like https://app.example.com, or "*" for any.',
  );

/** Browsers take two slashes, or a slash and a backslash, for the beginning of another host. */
const localPath = /^\/(?![/\\])/u;
const forbiddenSchemes: ReadonlySet<string> = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:']);

/** Whether it is a path, which leads to the host that the browser is on: the issuer's. */
const isLocalPath = (uri: string): boolean => localPath.test(uri);

/**
 * A redirect URI of a client (RFC 6749 section 3.1.2), or a path, which leads to the host that the browser is on: Dex
 * takes both, and Kubeflow's oauth2-proxy registers `/oauth2/callback`.
 */
export const redirectUri: z.ZodType<string, string> = z.string().superRefine((text, context) => {
  const fragment = text.includes('#') ? 'has a fragment (#…), which OAuth 2.0 forbids. Remove it.' : undefined;
  const problem = targetProblem(text, 'https://app.example.com/callback') ?? fragment;
  if (problem !== undefined) context.addIssue(problem);
});

const deviceCallback = '/device/callback';

/**
 * What is wrong with a redirect URI of a public client. A path names no app: without a secret, nothing says whose codes
 * those are that are sent there. Dex's device flow has its clients register one of its own, with or without the path of the
 * issuer.
 */
export function publicPathProblem(uri: string, issuer: IssuerId): string | undefined {
  const free = [deviceCallback, new URL(issuerUrl(issuer, deviceCallback)).pathname];
  if (!isLocalPath(uri) || free.includes(uri)) return undefined;
  return 'is a path, which only a client with a secret may have. Write it like https://app.example.com/callback.';
}

/** Where a browser may go after a logout: as a redirect URI. No code is sent there, so it may have a fragment. */
export const postLogoutRedirectUri: z.ZodType<string, string> = z.string().superRefine((text, context) => {
  const problem = targetProblem(text, 'https://app.example.com/logged-out');
  if (problem !== undefined) context.addIssue(problem);
});

/** What keeps a browser from being sent there, if anything. */
function targetProblem(text: string, example: string): string | undefined {
  const isPath = isLocalPath(text);
  if (!(isPath || URL.canParse(text))) return `is not an absolute URI. Write it like ${example}.`;
  if (!/^[\x21-\x7e]+$/u.test(text)) return 'has a sign that no URI has. Percent-encode it, like %20.';
  if (text.includes('*')) return 'has a wildcard, but is compared as it stands. List each URI.';
  if (isPath || !forbiddenSchemes.has(new URL(text).protocol)) return undefined;
  return 'has a scheme that runs code or reads files. Use https, http on loopback, or a scheme of the app.';
}

/** Where logout tokens are posted to (OpenID Connect Back-Channel Logout section 2.2). */
export const backchannelUri: z.ZodType<string, string> = httpUrl().refine(
  (text) => !text.includes('#'),
  'has a fragment (#…), which is sent to nobody. Remove it.',
);

/** `frontend.extra`: any texts, as in Dex. Those that mean something here must be usable, unless they are empty. */
export const frontendExtra: z.ZodType<Record<string, string>> = z
  .record(z.string(), z.string())
  .superRefine(({ accent = '', supportUrl = '' }, context) => {
    const custom = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if (accent !== '' && !isColour(accent)) custom('accent', 'is not a colour. Write it like "#0d6a5a".');
    if (supportUrl !== '' && !isSupportUrl(supportUrl)) {
      custom('supportUrl', 'is not an address. Write it like https://help.example.com or mailto:help@example.com.');
    }
  });
