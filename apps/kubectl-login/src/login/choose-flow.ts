import type { System } from '../system.ts';
import { type BrowserFlowOptions, browserFlow } from './browser-flow.ts';
import { deviceFlow } from './device-flow.ts';
import { eitherFlow } from './either-flow.ts';
import type { LoginFlow } from './flow.ts';

/** What is known of how a person wants to log in. */
export interface FlowChoice {
  /** `true`: with a code. `false`: not with one. Absent: nobody said. */
  readonly byDevice?: boolean | undefined;
  readonly browser: BrowserFlowOptions;
}

/**
 * With the browser of this machine, or with a code. Over SSH with both, where the issuer has codes and nothing was asked
 * for that a code cannot bring: the browser may be on either machine, and a port for it may be forwarded or not.
 */
export function chooseFlow(
  { byDevice, browser }: FlowChoice,
  system: Pick<System, 'random' | 'say' | 'sleep'>,
): LoginFlow {
  if (byDevice === true) return deviceFlow(system);
  const byBrowser = browserFlow(browser, system);
  if (byDevice === false || !browser.isRemote) return byBrowser;
  const both = eitherFlow(byBrowser, deviceFlow({ ...system, isSecond: true }));
  return (ask) => {
    const { connectorId, prompt } = ask.options;
    const isPlain = connectorId === undefined && prompt === undefined;
    const hasCodes = ask.provider.as.device_authorization_endpoint !== undefined;
    return isPlain && hasCodes ? both(ask) : byBrowser(ask);
  };
}
