package io.rebalancer.adm;

/** A command whose subcommands call a manager. */
abstract class ManagerCommand extends ManagerOptions implements Runnable {

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }
}
