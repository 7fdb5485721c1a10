/** Reading a configuration that was written for Dex: keys in any case, environment variables, all problems at once. */
export {
  atMostOne,
  base64Bytes,
  baseUrl,
  type DurationBounds,
  duration,
  exactlyOne,
  httpUrl,
  keepEmpty,
  listWithDefault,
  secretText,
  secureUrl,
  text,
  textLike,
} from './blocks.ts';
export { type ConfigKey, configKeys } from './config-keys.ts';
export { type ParsedDuration, parseDuration } from './duration.ts';
export { type EnvironmentLookup, expandEnvironment, expandText } from './environment.ts';
export { type FoldedKeys, foldKeys, type UnknownKey } from './fold-keys.ts';
export { type ConfigIssue, configError, formatIssue, formatPath, type PathPart } from './issue.ts';
export { inputJsonSchema, type JsonSchema } from './json-schema.ts';
export {
  type CheckFilesOptions,
  checkNamedFiles,
  type FileContent,
  type FileNameOptions,
  fileName,
} from './named-files.ts';
export { type ParseConfigOptions, type ParsedConfig, parseConfig, readConfig } from './parse-config.ts';
export { certificateBlocks, type PemField, type ReadFile, resolveCertificates, resolvePem } from './pem.ts';
export {
  clientSecretOf,
  insecureSkipEmailVerifiedKey,
  insecureSkipVerifyKey,
  type Registration,
  registrationKeys,
  rootCAFields,
  rootCAsKey,
} from './provider-keys.ts';
export { type NamedFile, readNamed } from './read-named.ts';
export { type SecretField, type SecretSource, secretSource } from './secret-source.ts';
export { decodeText, whyNoPem, whyUnreadable } from './text-file.ts';
