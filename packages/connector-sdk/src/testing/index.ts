/** Everything a test of a connector needs: a clock, a network, a log, and providers that can lie. */
export { testContext } from './context.ts';
export type { Described } from './described.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { type FakeIdp, type FakeIdpOptions, type FakePerson, fakeIdp } from './fake-idp/fake-idp.ts';
export type { Answer, Endpoint, Lies } from './fake-idp/lies.ts';
export { type FakeApi, type FakeOAuth, type FakeOAuthOptions, fakeOAuth } from './fake-oauth.ts';
export { type HttpOverOptions, httpOver } from './http-over.ts';
export type { PlayedConnector, PlayedSetUp } from './open-played-connector.ts';
export { type FormEntry, openForm, type PlayedForm } from './play-form.ts';
export {
  type OpenedPlay,
  openPlayed,
  type PlayedProvider,
  playedUpstream,
  playRedirect,
  type RedirectPlayer,
} from './play-redirect.ts';
export { codeBlocks, documentedKeys, type Examples, exampleProblems, readmeProblems } from './readme.ts';
export { type LogLine, type RecordingLogger, recordingLogger } from './recording-logger.ts';
export { type FetchHandler, on, type ScriptedFetch, scriptedFetch } from './scripted-fetch.ts';
export { seededRandom } from './seeded-random.ts';
