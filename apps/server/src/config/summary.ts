import { formatListenAddress } from '../listen/address.ts';
import type { AdministrationSettings, Config } from './config.ts';

/** What a configuration means, for `ostiary check`: the lines an operator wants to compare with the intention. */
export function summary(config: Config): string {
  const { web, lifetimes, storage, connectors, clients, signing, passwordAttempts: tries } = config;
  const { administration } = config;
  const listening = [
    ...(web.http === undefined ? [] : [`http ${formatListenAddress(web.http)}`]),
    ...(web.https === undefined ? [] : [`https ${formatListenAddress(web.https.address)}`]),
    ...(administration === undefined ? [] : [`grpc ${formatListenAddress(administration.address)}`]),
    ...(config.telemetry === undefined ? [] : [`telemetry ${formatListenAddress(config.telemetry)}`]),
  ];
  const refresh = lifetimes.refreshToken;
  const clusters = clients.filter(({ tokenReview }) => tokenReview !== undefined);
  const rows = [
    ['issuer', config.issuer],
    ['listening', listening.join(', ')],
    ...(administration === undefined ? [] : [['administrators', administratorsOf(administration)]]),
    ['storage', storage.durable ? storage.type : `${storage.type} (forgets everything at the end)`],
    ['connectors', list(connectors.map(({ id, type }) => `${id} (${type})`))],
    ['clients', list(clients.map(({ id }) => id))],
    ...(clusters.length === 0 ? [] : [['token reviews', `for ${list(clusters.map(({ id }) => id))}`]]),
    ['tokens', `${formatSeconds(lifetimes.idToken)}, signed with ${signing.algorithm}`],
    [
      'refresh tokens',
      `${formatSeconds(refresh.absolute)} from the login, ${formatSeconds(refresh.idle)} from the last use`,
    ],
    [
      'passwords',
      `${tries.perAccount} wrong ones an account, ${tries.perAddress} an address, in ${formatSeconds(tries.window)}`,
    ],
    ['sessions', sessionsOf(config)],
    ['signing keys', `a new one every ${formatSeconds(signing.rotationPeriod)}`],
  ];
  return rows.map(([name, value]) => `  ${`${name}:`.padEnd(16)}${value}\n`).join('');
}

function administratorsOf({ tls }: AdministrationSettings): string {
  const { clientCaFile } = tls ?? {};
  return clientCaFile === undefined ? 'everybody on this machine' : `whoever has a certificate of ${clientCaFile}`;
}

function sessionsOf({ sessions }: Config): string {
  if (sessions === undefined) return 'none: every client sends people to log in';
  const { absolute, idle } = sessions;
  return `${formatSeconds(absolute)} from the login, ${formatSeconds(idle)} from the last use`;
}

const MOST_LISTED = 10;

function list(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > MOST_LISTED ? `, and ${names.length - MOST_LISTED} more` : '';
  return `${names.slice(0, MOST_LISTED).join(', ')}${more}`;
}

/** Seconds as a Go duration (`1h30m`), `no limit` for none. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return 'no limit';
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('') || '0s';
}
