/** The program: reads its options, listens, and ends on a signal. */
import { Command, Option } from 'commander';
import { createApp } from './app.ts';
import { createRelyingParty } from './relying-party.ts';
import { createSessions } from './sessions.ts';
import { listenOptions, ownAddress, webAddress } from './web-address.ts';

interface Flags {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly url: string;
}

const HOUR_MS = 3_600_000;

const { issuer, clientId, clientSecret, url } = new Command('example-app')
  .description('A small relying party: logs in at an OpenID Connect issuer and shows what it got.')
  .addOption(
    new Option('--issuer <url>', 'issuer to log in at')
      .env('EXAMPLE_APP_ISSUER')
      .argParser(webAddress)
      .default('http://127.0.0.1:5556/dex'),
  )
  .addOption(new Option('--client-id <id>', 'client id').env('EXAMPLE_APP_CLIENT_ID').default('example-app'))
  .addOption(
    // The demo's secret, which its example configuration tells everybody.
    new Option('--client-secret <secret>', 'client secret; better in the environment')
      .env('EXAMPLE_APP_CLIENT_SECRET')
      .default('ZXhhbXBsZS1hcHAtc2VjcmV0', 'the demo value'),
  )
  .addOption(
    new Option('--url <url>', 'address of this app; the redirect URI is /callback below it')
      .env('EXAMPLE_APP_URL')
      .argParser(ownAddress)
      .default('http://127.0.0.1:5555'),
  )
  .parse()
  .opts<Flags>();

const app = createApp({
  issuer,
  baseUrl: url,
  relyingParty: createRelyingParty({
    ...{ issuer, clientId, clientSecret },
    redirectUri: new URL('/callback', url).href,
    afterLogoutUri: new URL('/', url).href,
  }),
  sessions: createSessions({ most: 1000, lifeMs: HOUR_MS, now: Date.now }),
  log: (line) => console.error(`example app: ${line}`),
});
const server = app.listen(listenOptions(url), () => console.log(`example app: listening at ${url}`));
server.on('error', (error: NodeJS.ErrnoException) => {
  const inUse = error.code === 'EADDRINUSE';
  console.error(
    `example app: ${inUse ? `${url} is in use. Stop what listens there, or give another --url.` : error.message}`,
  );
  process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
