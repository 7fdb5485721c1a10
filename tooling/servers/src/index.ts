export { type ApacheOptions, type ApacheServer, apacheRedirectUri, startApache } from './apache.ts';
export { type ApacheApi, type ApacheApiOptions, startApacheApi } from './apache-api.ts';
export { type AuthProxyOptions, startAuthProxy } from './auth-proxy.ts';
export {
  type Certificate,
  type CertificateAuthority,
  createAuthority,
  makeRsaCertificate,
  type RsaCertificate,
  type RsaCertificateOptions,
} from './certificates.ts';
export {
  type AccessibilityFinding,
  type ChromiumBrowser,
  type ChromiumOptions,
  findAccessibilityProblems,
  type PageOptions,
  startChromium,
  takeScreenshot,
} from './chromium.ts';
export {
  type CustomResourcesOptions,
  type CustomResourcesServer,
  requireCustomResources,
  startCustomResources,
} from './custom-resources.ts';
export { type EmulatedService, startEmulate } from './emulate.ts';
export { type EtcdOptions, type EtcdServer, startEtcd } from './etcd.ts';
export { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export { freePort } from './free-port.ts';
export {
  buildCustomResources,
  buildDexClient,
  buildKubectl,
  buildKubernetes,
  buildOpenshiftTypes,
} from './go-build.ts';
export { type KeystoneAsk, type KeystoneServer, requireKeystone, startKeystone } from './keystone.ts';
export {
  type Cluster,
  findKubectl,
  type Kubectl,
  type KubectlRun,
  kubectlPath,
  openKubectl,
  requireKubectl,
} from './kubectl.ts';
export {
  type IssuerEntry,
  issuerEntry,
  type JwtAuthenticator,
  type KubernetesOptions,
  type KubernetesServer,
  startKubernetes,
  type TokenWebhook,
} from './kubernetes.ts';
export { type MariadbOptions, type MariadbServer, startMariadb } from './mariadb.ts';
export { type OpenIdProvider, type OpenIdProviderOptions, startOpenIdProvider } from './openid-provider.ts';
export { type SignIn, signIn } from './openid-provider-login.ts';
export type { ProviderAccount, ProviderLifetimes } from './openid-provider-messages.ts';
export { type OstiaryOptions, type OstiaryServer, startOstiary } from './ostiary.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.ts';
export { probe } from './probe.ts';
export { type Exit, type Launch, type ManagedProcess, startProcess, withTail } from './process.ts';
export { type Pysaml2Options, type Pysaml2Server, requirePysaml2, startPysaml2 } from './pysaml2.ts';
export { type RedisOptions, type RedisServer, startRedis } from './redis.ts';
export { findTool, requireTool, skipBecause, toolPath } from './requirements.ts';
export { type Readiness, type Restartable, startServer } from './restartable.ts';
export { type Command, mustRun, type Result, runCommand } from './run-command.ts';
export { requireSamba, type SambaServer, startSamba } from './samba.ts';
export { type Answer, type Question, type ScriptedServer, startScripted } from './scripted-ldap.ts';
export {
  type SamlServiceProvider,
  type SimpleSamlPhpOptions,
  type SimpleSamlPhpServer,
  simpleSamlPhpMetadata,
  startSimpleSamlPhp,
} from './simplesamlphp.ts';
export { type SlapdOptions, type SlapdServer, startSlapd } from './slapd.ts';
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';
export { startTokenIssuer, type TokenIssuer } from './token-issuer.ts';
