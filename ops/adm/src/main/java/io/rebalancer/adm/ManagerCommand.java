package io.rebalancer.adm;

import java.util.List;

/**
 * A command whose subcommands call a manager. {@link CommandTree} adds them: its annotated methods, and {@link #commands}. So the
 * annotation of each such class has {@code addMethodSubcommands = false}.
 */
abstract class ManagerCommand extends ManagerOptions implements Runnable {

    /** The subcommands that have a class each. */
    List<Class<?>> commands() {
        return List.of();
    }

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }
}
