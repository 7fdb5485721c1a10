import { certificateRefusals } from '@ostiary/storage-sdk/server';
import { Refused, Unfit } from './etcd-error.ts';

const certificates = certificateRefusals({
  authority: 'Set ssl.caFile to its authority',
  name: 'Correct endpoints, or set ssl.serverName',
});

/** What etcd says to whom it does not let in. */
const refusedWords: readonly (readonly [words: RegExp, what: string])[] = [
  [/authentication failed/u, 'refuses this username and password. Correct them'],
  [
    /user name is empty/u,
    'wants a user. Set username and password: over its JSON gateway the name in a client certificate does not count',
  ],
  [
    /^CommonName of client/u,
    'takes no client certificate with a CommonName while users log in. Issue one without, for ssl.certFile',
  ],
  [
    /authentication is not enabled/u,
    'asks nobody for a password. Run etcdctl auth enable, or remove username and password',
  ],
];

/** What Node and OpenSSL say of files and of a handshake. */
const refusedCodes: readonly (readonly [code: RegExp, what: string])[] = [
  [/^ERR_SSL_\w*ALERT/u, 'does not take the client certificate, or wants one. Correct ssl.certFile and ssl.keyFile'],
  [/^ERR_SSL_WRONG_VERSION_NUMBER$/u, 'speaks no TLS. Write http:// in front of the endpoints'],
  [/^ERR_OSSL_X509_KEY_VALUES_MISMATCH$/u, 'cannot be asked: ssl.keyFile is not the key of ssl.certFile. Correct one'],
];

/** Why etcd and this configuration do not come together; `undefined` when trying again may help. */
export function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Unfit) return error.message;
  const find = (told: typeof refusedWords, text: string): string | undefined =>
    told.find(([words]) => words.test(text))?.[1];
  if (error instanceof Refused) return find(refusedWords, error.status.message);
  const code = 'code' in error ? String(error.code) : '';
  return certificates[code] ?? find(refusedCodes, code) ?? refusal(error.cause);
}
