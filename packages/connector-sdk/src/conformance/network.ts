/** The network of a rule: it can be down, overloaded, or full of nonsense, and it remembers what went over it. */
import { type Fetch, OstiaryError } from '@ostiary/primitives';

/** How the network of a rule is at the moment. `moved`: each address answers with a redirect once, and then is up. */
export type Weather = 'up' | 'down' | 'busy' | 'HTML' | 'empty JSON' | 'not found' | 'echo' | 'moved';

/** The network of a rule: its weather, and what went over it. */
export interface TestNetwork {
  weather: Weather;
  /** So many more requests are answered before the weather counts. */
  spared: number;
  readonly fetch: Fetch;
  readonly requests: readonly Request[];
}

/** Where the redirects lead: to what a cloud tells its machines, their credentials among it. */
export const inside = 'http://169.254.169.254/latest/meta-data';

export function testNetwork(upstream: Fetch): TestNetwork {
  const requests: Request[] = [];
  const moved = new Set<string>();
  const isSpared = (request: Request): boolean => {
    if (network.weather === 'moved') return moved.size === moved.add(addressOf(request)).size;
    if (network.spared === 0) return false;
    network.spared -= 1;
    return true;
  };
  const network: TestNetwork = {
    weather: 'up',
    spared: 0,
    requests,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request.clone());
      const { weather } = network;
      return weather === 'up' || isSpared(request) ? upstream(input, init) : answerIn(weather, request);
    },
  };
  return network;
}

/** What was asked, without the query. */
export function addressOf({ url }: Request): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

async function answerIn(weather: Exclude<Weather, 'up'>, request: Request): Promise<Response> {
  switch (weather) {
    case 'down':
      throw new OstiaryError('upstream/unavailable', 'The provider cannot be reached.');
    case 'busy':
      return new Response('busy', { status: 503 });
    case 'HTML':
      return new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } });
    case 'empty JSON':
      return Response.json({});
    case 'not found':
      return Response.json({ message: 'not found' }, { status: 404 });
    case 'echo':
      return echo(request);
    case 'moved':
      return new Response(null, { status: 302, headers: { location: inside } });
  }
}

/** An error that repeats all it was sent, as debug modes and careless proxies do. */
async function echo(request: Request): Promise<Response> {
  const authorization = request.headers.get('authorization') ?? '';
  const decoded = Buffer.from(authorization.replace(/^Basic /u, ''), 'base64').toString();
  const sent = [request.url, authorization, decoded, await request.text()].join(' ');
  return Response.json({ error: sent, error_description: sent, message: sent }, { status: 400 });
}
