package io.rebalancer.adm;

import java.net.URI;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command whose subcommands call a manager. */
abstract class ManagerCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--url",
            scope = CommandLine.ScopeType.INHERIT,
            defaultValue = "${env:REBALANCER_URL:-http://localhost:8080}",
            paramLabel = "URL",
            description = "base URL of a manager (default: ${DEFAULT-VALUE}); the environment variable"
                    + " REBALANCER_URL sets the default")
    URI url = URI.create("");

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }
}
