import type { Command } from 'commander';
import type { Cli } from '../feature';
import { features, type House } from '../features';
import { createLogger } from '../log';
import { type Io, requireConfig } from '../terminal/io';

/** A command line over the services that the gateway itself uses, on the same database. They are loaded when a command needs them. */
export const cliOver = (program: Command, io: Io): Cli<House> => ({
  program,
  io,
  auditEvents: features.list.flatMap(({ auditEvents = {} }) => Object.keys(auditEvents)),
  ownSide: async () => (await import('../emit')).ownSide(),
  withServices: async (work, at) => {
    const config = { ...requireConfig(io), ...at };
    const { openServices } = await import('../app/app');
    const services = await openServices(config, () => config.publicUrl ?? `http://localhost:${config.port}`, {
      logger: createLogger('silent'),
    });
    try {
      return await work(services);
    } finally {
      await services.close();
    }
  },
});
