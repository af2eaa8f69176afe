package io.rebalancer.playground;

import io.rebalancer.playground.cluster.ClusterPlan;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The command-line options that describe the managers and agents of a region. */
final class ClusterArguments {
    private static final int MAX_MANAGERS = 9;
    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--managers",
            paramLabel = "N",
            defaultValue = "1",
            description = "number of managers (default: ${DEFAULT-VALUE}); several managers share a PostgreSQL journal")
    private int managers;

    @Option(names = "--processes", description = "run every manager and every agent in its own process")
    private boolean processes;

    @Option(
            names = "--http-agents",
            paramLabel = "N",
            defaultValue = "0",
            description = "number of agents outside the cluster, reached over the legacy HTTP API"
                    + " (default: ${DEFAULT-VALUE})")
    private int httpAgents;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "HTTP port of the first manager (default: a free port)")
    private @Nullable Integer port;

    @Option(
            names = "--journal-url",
            paramLabel = "URL",
            description = "PostgreSQL database for the managers' journal: jdbc:postgresql://HOST/DATABASE (default: an"
                    + " embedded journal for one manager, a PostgreSQL of the playground for several)")
    private @Nullable String journalUrl;

    @Option(
            names = "--journal-user",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description =
                    "user that can create tables in this database without a password" + " (default: ${DEFAULT-VALUE})")
    private String journalUser = "";

    /** Whether the playground has to start a PostgreSQL for the managers. */
    boolean needsPostgres() {
        return managers > 1 && journalUrl == null;
    }

    /**
     * @param nodes number of storage nodes, each with one agent
     * @param separateProcesses whether every node runs in its own process even without {@code --processes}
     * @throws InvalidArgument naming the first wrong option
     */
    ClusterPlan plan(int nodes, boolean separateProcesses) throws InvalidArgument {
        InvalidArgument.unless(
                port == null || (port >= 1 && port <= MAX_PORT), "--port must be 1 to " + MAX_PORT + ", not " + port);
        InvalidArgument.unless(
                httpAgents >= 0 && httpAgents <= nodes,
                "--http-agents must be 0 to the number of storage nodes (" + nodes + "), not " + httpAgents);
        InvalidArgument.unless(
                managers >= 1 && managers <= MAX_MANAGERS,
                "--managers must be 1 to " + MAX_MANAGERS + ", not " + managers);
        return new ClusterPlan(
                Optional.ofNullable(port),
                processes || separateProcesses,
                httpAgents,
                managers,
                Optional.ofNullable(journalUrl).map(url -> new ClusterPlan.SharedJournal(url, journalUser)),
                Optional.empty(),
                true,
                Map.of());
    }
}
