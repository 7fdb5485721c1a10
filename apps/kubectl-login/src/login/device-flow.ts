/** A login with a code that the person types into any browser (RFC 8628), for machines that have none. */
import { isOstiaryError } from '@ostiary/primitives';
import { askForTokens, type DeviceLogin, startDeviceLogin } from '../oidc/device.ts';
import type { Tokens } from '../oidc/tokens.ts';
import { chooseScopes, type LoginAsk, type LoginDeps, type LoginFlow } from './flow.ts';
import { orGiveUp } from './patience.ts';

export interface DeviceFlowDeps extends Pick<LoginDeps, 'say'> {
  readonly sleep: (ms: number) => Promise<void>;
  /** There is another way besides, which the person has been told of. */
  readonly isSecond?: boolean;
}

/** RFC 8628 section 3.5: by so much longer, for all questions from then on. */
const SLOWER_MS = 5_000;
/** Between two questions while the issuer cannot be reached. */
const LONGEST_PAUSE_MS = 30_000;
const TOO_LATE = 'Log in again, and type the code a little sooner; --timeout SECONDS gives more time.';

/** The flow. The code is always shown, so that the person can compare it with what the page says. */
export function deviceFlow(deps: DeviceFlowDeps): LoginFlow {
  return async (ask) => {
    const { provider, options } = ask;
    const scopes = chooseScopes(options.scopes, provider.as.scopes_supported);
    const login = await startDeviceLogin({ clientId: options.clientId, scopes }, provider);
    const invitation = deps.isSecond === true ? 'Or log in, with any browser, at' : 'Log in at';
    deps.say(`${invitation}: ${login.verificationUri} with the code ${login.userCode}`);
    const stop = new AbortController();
    try {
      return await ask.keep(await orGiveUp(poll(login, { ask, deps, stopped: stop.signal }), ask, TOO_LATE));
    } finally {
      stop.abort();
    }
  };
}

interface Polling {
  readonly ask: Pick<LoginAsk<unknown>, 'provider' | 'options'>;
  readonly deps: DeviceFlowDeps;
  readonly stopped: AbortSignal;
}

/**
 * Asks until there is an answer. An issuer that cannot be reached in between is waited for: the code is still good. The
 * person hears of it, once until it answers again, since for them nothing happens although they have logged in.
 */
async function poll(
  { deviceCode, intervalMs }: DeviceLogin,
  { ask: { provider, options }, deps, stopped }: Polling,
): Promise<Tokens> {
  let interval = intervalMs;
  let pause = interval;
  let isAway = false;
  for (;;) {
    await deps.sleep(pause);
    if (stopped.aborted) throw stopped.reason;
    try {
      const answer = await askForTokens({ clientId: options.clientId, deviceCode }, provider);
      if (typeof answer !== 'string') return answer;
      if (answer === 'slow_down') interval += SLOWER_MS;
      pause = interval;
      isAway = false;
    } catch (error) {
      if (!isOstiaryError(error, 'upstream/unavailable')) throw error;
      if (!isAway) deps.say(`${error.message} Your code is still good: asking again.`);
      isAway = true;
      pause = Math.max(interval, Math.min(2 * pause, LONGEST_PAUSE_MS));
    }
  }
}
