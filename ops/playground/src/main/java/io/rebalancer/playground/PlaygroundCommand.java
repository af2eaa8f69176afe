package io.rebalancer.playground;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.cluster.FreePorts;
import io.rebalancer.playground.cluster.OwnPostgres;
import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rebalancer playground}: a whole simulated region, one storage node emptied, everything verified. */
@Command(
        name = "playground",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Makes a simulated Manta region with real object files, empties one storage node in it, and"
                + " verifies every record and every file afterwards.")
public final class PlaygroundCommand implements Callable<Integer> {
    private static final int MIN_NODES = 3;
    private static final int MAX_NODES = 50;

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--nodes",
            paramLabel = "K",
            defaultValue = "5",
            description = "storage nodes, over 3 datacenters (${DEFAULT-VALUE})")
    private int nodeCount;

    @Option(
            names = "--objects",
            paramLabel = "N",
            defaultValue = "2000",
            description = "objects, two copies each (${DEFAULT-VALUE})")
    private int objects;

    @Option(
            names = "--object-size",
            paramLabel = "BYTES",
            description = "size of every object; without it a realistic mix")
    private @Nullable Integer objectSize;

    @Option(names = "--from", paramLabel = "DIR", description = "make the files below DIR the objects")
    private @Nullable Path from;

    @Option(
            names = "--shards",
            paramLabel = "S",
            defaultValue = "2",
            description = "metadata shards (${DEFAULT-VALUE})")
    private int shards;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "playground-data",
            description = "where everything is kept (${DEFAULT-VALUE}); an earlier run's is cleared")
    private Path directory = Path.of("");

    @Option(names = "--port", paramLabel = "PORT", description = "HTTP port of the manager; without it a free one")
    private @Nullable Integer port;

    @Option(
            names = "--evacuate",
            paramLabel = "ID",
            description = "storage node to empty (1.stor." + RegionPlan.DOMAIN + ")")
    private @Nullable String evacuate;

    @Option(names = "--no-evacuate", description = "only make the region and keep to serving it")
    private boolean noEvacuate;

    @Option(names = "--processes", description = "manager and agents as processes of their own")
    private boolean processes;

    @Option(
            names = "--http-agents",
            paramLabel = "N",
            defaultValue = "0",
            description = "agents outside the cluster, reached over the older HTTP API (${DEFAULT-VALUE})")
    private int httpAgents;

    @Option(
            names = "--managers",
            paramLabel = "N",
            defaultValue = "1",
            description = "managers that share a journal (${DEFAULT-VALUE}); several use PostgreSQL")
    private int managers;

    @Option(
            names = "--journal-url",
            paramLabel = "URL",
            description =
                    "PostgreSQL database for the managers' jobs: jdbc:postgresql://HOST/DATABASE; without it several"
                            + " managers get one of their own")
    private @Nullable String journalUrl;

    @Option(
            names = "--journal-user",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description = "who may make tables there without a password (${DEFAULT-VALUE})")
    private String journalUser = "";

    @Option(
            names = "--crash",
            description =
                    "kill an agent and the manager with SIGKILL in mid-job, and start them again (implies --processes)")
    private boolean crash;

    @Option(names = "--keep", description = "stay up until Ctrl-C")
    private boolean keep;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "the same seed makes the same region (${DEFAULT-VALUE})")
    private long seed;

    /** Runs the command; exits with 0 when all is verified, 1 when not, 2 when it could not be done. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new PlaygroundCommand(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        PlaygroundOptions options = options();
        if (options.layout().managerPort().isPresent()) {
            FreePorts.requireFree(options.layout().managerPort().get());
        }
        Path prepared = WorkDirectory.prepare(options.directory());
        System.setProperty("logback.configurationFile", "logback-file.xml");
        System.setProperty(
                "rebalancer.log.file",
                prepared.resolve("logs").resolve("playground.log").toString());
        // Before any thread of Pekko's logs: SLF4J complains about calls while it starts.
        LoggerFactory.getLogger(PlaygroundCommand.class).info("playground in {}", prepared);
        Terminal terminal = new Terminal(System.out, System.console() != null);
        PlaygroundOptions complete = managers > 1 && journalUrl == null
                ? options.withJournal(OwnPostgres.start(prepared.resolve("postgres")))
                : options;
        Playground playground = Playground.open(complete, prepared, terminal);
        Runtime.getRuntime().addShutdownHook(new Thread(playground::abandon, "playground-abandon"));
        terminal.line(
                "manager " + String.join("  ", playground.managerUrls()) + "   region.json and logs in " + prepared);
        boolean verified = options.leavingNode().isEmpty()
                || run(playground, options.leavingNode().get(), terminal);
        whereNext(playground, prepared, terminal);
        if (options.keep()) {
            terminal.line("the region stays up; Ctrl-C ends it");
            playground.keep();
        }
        playground.abandon();
        return verified ? 0 : 1;
    }

    private static boolean run(Playground playground, String leavingNode, Terminal terminal) throws Exception {
        RunReport report = playground.evacuate(leavingNode);
        report.table().forEach(terminal::line);
        terminal.line(
                report.violations().isEmpty()
                        ? leavingNode + " may be removed: no record names it, and every object was verified elsewhere."
                        : "NOT VERIFIED: " + report.violations().size() + " violation(s), see above.");
        return report.violations().isEmpty();
    }

    private void whereNext(Playground playground, Path prepared, Terminal terminal) {
        terminal.line("look next: " + prepared.resolve(noEvacuate ? "region.json" : "report.json"));
        if (keep) {
            terminal.line("           curl " + playground.managerUrl() + "/api/v1/cluster");
            terminal.line("           curl " + playground.managerUrl() + "/jobs");
            terminal.line("           curl -N " + playground.managerUrl() + "/api/v1/jobs/JOB/events");
            if (processes || crash) {
                terminal.line("           " + playground.restartHint());
            }
        } else {
            terminal.line("           bin/rebalancer playground --no-evacuate --keep   to drive it yourself with curl");
        }
    }

    private PlaygroundOptions options() {
        require(nodeCount >= MIN_NODES && nodeCount <= MAX_NODES, "--nodes must be 3 to 50, not " + nodeCount);
        require(objects >= 0 && objects <= 10_000_000, "--objects must be 0 to 10000000, not " + objects);
        require(shards >= 1 && shards <= 64, "--shards must be 1 to 64, not " + shards);
        require(objectSize == null || objectSize >= 0, "--object-size must be at least 0, not " + objectSize);
        require(port == null || (port >= 1 && port <= 65_535), "--port must be 1 to 65535, not " + port);
        require(from == null || Files.isDirectory(from), "--from " + from + " is not a directory");
        require(
                httpAgents >= 0 && httpAgents <= nodeCount,
                "--http-agents must be 0 to the number of nodes, not " + httpAgents);
        require(managers >= 1 && managers <= 9, "--managers must be 1 to 9, not " + managers);
        require(!(noEvacuate && evacuate != null), "--evacuate and --no-evacuate exclude each other");
        require(!(noEvacuate && crash), "--crash needs a job; leave --no-evacuate out");
        require(!noEvacuate || keep, "--no-evacuate without --keep would end at once; add --keep");
        RegionPlan plan = new RegionPlan(
                nodeCount,
                objects,
                objectSize == null ? OptionalLong.empty() : OptionalLong.of(objectSize),
                Optional.ofNullable(from),
                shards,
                seed);
        String leaving = evacuate == null ? RegionPlan.storageId(1) : evacuate;
        require(
                plan.storageNodes(directory).stream()
                        .anyMatch(node -> node.storageId().equals(leaving)),
                "--evacuate " + leaving + ": no such storage node; there are " + RegionPlan.storageId(1) + " to "
                        + RegionPlan.storageId(nodeCount));
        return new PlaygroundOptions(
                plan,
                directory,
                noEvacuate ? Optional.empty() : Optional.of(leaving),
                new ClusterLayout.Layout(
                        Optional.ofNullable(port),
                        processes || crash,
                        httpAgents,
                        managers,
                        Optional.ofNullable(journalUrl).map(url -> new ClusterLayout.SharedJournal(url, journalUser)),
                        Optional.empty(),
                        true,
                        Map.of()),
                crash,
                keep);
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), fault);
        }
    }
}
