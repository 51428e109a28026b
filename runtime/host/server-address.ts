/** Names the Temporal server to work for: our own on this machine, or the one that the environment names. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Config } from '../../config/config.ts';
import { ConfigError } from '../../config/read-config.ts';
import { messageOf } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';

export type ServerAddress = {
  connectionOptions: NativeConnectionOptions;
  /** host:port, for people. */
  address: string;
  namespace: string;
  /** True for the data directory's own. */
  isOwn: boolean;
  /** Of its Web UI, where it is known. */
  webUrl: string | null;
};

/** @throws ConfigError where a file that the settings name cannot be read, or a setting is not as Temporal wants it */
export function connectConfig({ temporal }: Pick<Config, 'temporal'>): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({ overrideEnvVars: temporal.environment });
  } catch (error) {
    throw new ConfigError([`TEMPORAL_…: ${printableLine(messageOf(error))}`]);
  }
}

/** An address, profile, key and TLS as @temporalio/envconfig reads them; without any, 127.0.0.1:7233. */
export function namedServer(config: Pick<Config, 'temporal'>): ServerAddress {
  const { connectionOptions, namespace } = connectConfig(config);
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  return {
    connectionOptions: { ...connectionOptions, address },
    address,
    namespace: namespace ?? 'default',
    isOwn: false,
    webUrl: config.temporal.uiUrl,
  };
}

export function ownServer(address: string, namespace: string, webUrl: string | null = null): ServerAddress {
  return { connectionOptions: { address }, address, namespace, isOwn: true, webUrl };
}
