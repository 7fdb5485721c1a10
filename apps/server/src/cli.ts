/** The command line: `ostiary serve`, `check`, `revoke`, `revocations`, `kubernetes`, `version` or `--version`. */
import { isOstiaryError } from '@ostiary/primitives';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { serve } from './compose.ts';
import { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.ts';
import type { Overrides } from './config/overrides.ts';
import { formatWarning } from './config/problem.ts';
import { summary } from './config/summary.ts';
import type { Effects } from './effects.ts';
import { failureLine } from './failure-line.ts';
import { versions as fileVersions } from './kubernetes/authentication-config.ts';
import { type AuthenticationConfigFlags, authenticationConfigFor } from './kubernetes/print.ts';
import { plugIns } from './plug-ins.ts';
import { type RevokeFlags, revocations, revoke } from './revoke.ts';
import { version } from './version.ts';

/** Exit codes: 0 done, 1 the file has problems (`check`), 2 it could not be done. */
const FAILED = 2;
const HAS_PROBLEMS = 1;

/** Runs a command and answers the exit code. Never rejects; an error is one sentence on stderr, without a stack. */
export async function runCli(args: readonly string[], effects: Effects): Promise<number> {
  let code = 0;
  const program = createProgram(effects, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : FAILED;
    effects.printError(`${failureLine(error)}\n`);
    return FAILED;
  }
}

function createProgram(effects: Effects, exitWith: (code: number) => void): Command {
  const program = new Command('ostiary')
    .description('A federated OpenID Connect issuer that reads a Dex configuration file.')
    .version(versions, '--version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: effects.print, writeErr: effects.printError })
    .addHelpText('after', examples);
  withAddresses(program.command('serve'))
    .description('run the server until SIGTERM or SIGINT')
    .argument('<file>', 'configuration, YAML or JSON')
    .option('--watch', 'take up changes of the file by themselves, as SIGHUP does')
    .action(async (file: string, { watch, ...flags }: AddressFlags & { readonly watch?: true }) => {
      const origin = { load: () => load(file, effects, { overrides: overridesOf(flags) }) };
      await serve(watch === true ? { ...origin, watched: file } : origin, effects);
    });
  withAddresses(program.command('check'))
    .description('read a configuration, tell all that is wrong with it, start nothing')
    .argument('<file>', 'configuration, YAML or JSON')
    .action(async (file: string, flags: AddressFlags) => exitWith(await check(file, overridesOf(flags), effects)));
  withAddresses(program.command('revoke'))
    .description('end logins from before now, in all replicas that use the same storage')
    .argument('<file>', 'configuration, YAML or JSON')
    .option('--subject <sub>', 'of this person, by the claim sub', once)
    .option('--email <address>', 'of this person, by the address', once)
    .option('--group <name>', 'of everybody in this group', once)
    .option('--client <id>', 'made with this client', once)
    .option('--connector <id>', 'made with this connector', once)
    .option('--everybody', 'all')
    .action(async (file: string, flags: RevokeFlags & AddressFlags) => {
      const { config } = await load(file, effects, { overrides: overridesOf(flags) });
      effects.print(await revoke(config, flags, effects));
    });
  withAddresses(program.command('revocations'))
    .description('list what was ended with revoke')
    .argument('<file>', 'configuration, YAML or JSON')
    .action(async (file: string, flags: AddressFlags) => {
      const { config } = await load(file, effects, { overrides: overridesOf(flags) });
      effects.print(await revocations(config, effects));
    });
  addKubernetes(program, effects);
  program
    .command('version')
    .description('print the version')
    .action(() => effects.print(`${versions}\n`));
  return program;
}

function addKubernetes(program: Command, effects: Effects): void {
  const kubernetes = program.command('kubernetes').description('what a cluster needs to trust this issuer');
  withAddresses(kubernetes.command('authentication-config'))
    .description(
      'print the file of kube-apiserver --authentication-config for a cluster that takes tokens for a client',
    )
    .argument('<file>', 'configuration, YAML or JSON')
    .requiredOption('--client <id>', 'the audience of tokens for the cluster', once)
    .option('--certificate-authority <file>', 'PEM, if the certificate of the issuer is from a private authority', once)
    .option('--username-claim <claim>', 'what people are called by; default: email', once)
    .option('--username-prefix <text>', 'what stands before names; default: nothing', once)
    .option('--groups-prefix <text>', 'what stands before groups; default: oidc:', once)
    .addOption(
      new Option('--api-version <version>', 'v1 needs Kubernetes 1.34, v1beta1 1.30')
        .choices(fileVersions)
        .default('v1')
        .conflicts('flags'),
    )
    .option('--flags', 'print flags of kube-apiserver that say the same, as far as flags can')
    .action(async (file: string, flags: AuthenticationConfigFlags & AddressFlags) => {
      const { config } = await load(file, effects, { overrides: overridesOf(flags) });
      const { text, warnings } = await authenticationConfigFor(config, flags, effects.readFile);
      for (const warning of warnings) effects.printError(`${formatWarning(file, warning)}\n`);
      effects.print(text);
    });
}

const versions = `Ostiary Version: ${version}
Node Version: ${process.version}
Node OS/ARCH: ${process.platform} ${process.arch}`;

const examples = `
Examples:
  $ ostiary check config.yaml
  $ ostiary serve config.yaml
  $ ostiary kubernetes authentication-config config.yaml --client kubectl
  $ ostiary revoke config.yaml --email jane@example.com
  $ ostiary serve config.yaml --web-http-addr 127.0.0.1:5556 --telemetry-addr :5558

Signals: SIGTERM and SIGINT stop in order, SIGTERM after a second in which clients and load balancers move on; another one
stops at once; SIGHUP reads the configuration and the TLS files again.`;

/** The last of several would count, and whoever named two would take both for done. */
function once(value: string, before: string | undefined): string {
  if (before === undefined) return value;
  throw new InvalidArgumentError('It is there twice. Run the command once for each.');
}

/** The options with which Dex replaces addresses of the file. */
function withAddresses(command: Command): Command {
  return command
    .option('--web-http-addr <host:port>', 'instead of web.http')
    .option('--web-https-addr <host:port>', 'instead of web.https')
    .option('--telemetry-addr <host:port>', 'instead of telemetry.http')
    .option('--grpc-addr <host:port>', 'instead of grpc.addr');
}

interface AddressFlags {
  readonly webHttpAddr?: string;
  readonly webHttpsAddr?: string;
  readonly telemetryAddr?: string;
  readonly grpcAddr?: string;
}

const overridesOf = ({ webHttpAddr, webHttpsAddr, telemetryAddr, grpcAddr }: AddressFlags): Overrides => ({
  ...(webHttpAddr === undefined ? {} : { webHttp: webHttpAddr }),
  ...(webHttpsAddr === undefined ? {} : { webHttps: webHttpsAddr }),
  ...(telemetryAddr === undefined ? {} : { telemetry: telemetryAddr }),
  ...(grpcAddr === undefined ? {} : { grpc: grpcAddr }),
});

function load(
  file: string,
  { env, readFile }: Effects,
  how: Pick<LoadOptions, 'overrides' | 'certificatesAt'>,
): Promise<LoadedConfig> {
  return loadConfig({ file, env, readFile, plugIns, ...how });
}

async function check(file: string, overrides: Overrides, effects: Effects): Promise<number> {
  try {
    const { config, warnings } = await load(file, effects, { overrides, certificatesAt: effects.now() });
    for (const warning of warnings) effects.printError(`${formatWarning(file, warning)}\n`);
    effects.print(`OK: ${file}\n${summary(config)}`);
    return 0;
  } catch (error) {
    effects.printError(`${failureLine(error)}\n`);
    return isOstiaryError(error, 'config/invalid') ? HAS_PROBLEMS : FAILED;
  }
}
