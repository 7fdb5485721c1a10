/** What a client needs to log in to a database over TCP, under the names that storages and their clients have for it. */
export interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}
