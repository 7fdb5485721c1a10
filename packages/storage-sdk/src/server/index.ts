/** For drivers of servers (databases, caches, APIs): options, files, connections, and what is said when there are none. */
export { Calls } from './calls.ts';
export { type ConnectionEvents, type ConnectionLog, connectionLog } from './connection-log.ts';
export {
  type PasswordOptions,
  readNamedFile,
  readPassword,
  readTlsFiles,
  type TlsFiles,
  type TlsMaterial,
} from './named-files.ts';
export {
  type CertificateRemedies,
  certificateRefusals,
  formatAddress,
  type OpeningFailure,
  openingError,
} from './opening-error.ts';
export {
  type Contradiction,
  completeServer,
  isSocket,
  needWholePair,
  optionFile,
  optionText,
  passwordShape,
  type ServerKind,
  type ServerOptions,
  type ServerShape,
  serverContradictions,
  serverShape,
  tlsFileShape,
  type WrittenServer,
} from './server-options.ts';
