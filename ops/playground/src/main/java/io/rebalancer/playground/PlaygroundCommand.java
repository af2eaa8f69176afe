package io.rebalancer.playground;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.playground.cluster.FreePorts;
import io.rebalancer.playground.cluster.PlaygroundPostgres;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code rebalancer playground}: starts a simulated region, empties one storage node in it, and verifies the result.
 */
@Command(
        name = "playground",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Starts a simulated Manta region with real object files, empties one of its storage nodes, and then"
                        + " verifies every metadata record and every object file.")
public final class PlaygroundCommand implements Callable<Integer> {
    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @ArgGroup(validate = false, order = 1, heading = "%nRun:%n")
    private RunArguments run = new RunArguments();

    @ArgGroup(validate = false, order = 2, heading = "%nRegion:%n")
    private RegionArguments region = new RegionArguments();

    @ArgGroup(validate = false, order = 3, heading = "%nManagers and agents:%n")
    private ClusterArguments cluster = new ClusterArguments();

    /** Exits with 0 if the region is verified, 1 if the run or its verification failed, 2 if an option is wrong. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new PlaygroundCommand(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        PlaygroundOptions requested = options();
        if (requested.cluster().managerPort().isPresent()) {
            FreePorts.requireFree(requested.cluster().managerPort().get());
        }
        Path directory = WorkDirectory.prepare(requested.directory());
        configureLog(directory);
        Terminal terminal = new Terminal(System.out, System.console() != null);
        PlaygroundOptions options = cluster.needsPostgres()
                ? requested.withJournal(PlaygroundPostgres.start(directory.resolve("postgres")))
                : requested;
        Playground playground = Playground.open(options, directory, terminal);
        Runtime.getRuntime().addShutdownHook(new Thread(playground::killNodes, "playground-kill-nodes"));
        terminal.line("manager: " + String.join("  ", playground.managerUrls()));
        terminal.line("region.json, settings and logs: " + directory);
        boolean verified = options.leavingNode().isEmpty()
                || evacuate(playground, options.leavingNode().get(), terminal);
        showNextSteps(playground, options, directory, terminal);
        if (options.keep()) {
            terminal.line("the region keeps running; press Ctrl-C to stop it");
            playground.watchNodes();
        }
        playground.killNodes();
        return verified ? 0 : 1;
    }

    /** Before the first Pekko thread logs: SLF4J warns about calls during its initialization. */
    private static void configureLog(Path directory) {
        System.setProperty("logback.configurationFile", "logback-file.xml");
        System.setProperty(
                "rebalancer.log.file",
                directory.resolve("logs").resolve("playground.log").toString());
        LoggerFactory.getLogger(PlaygroundCommand.class).info("playground runs in {}", directory);
    }

    private static boolean evacuate(Playground playground, String leavingNode, Terminal terminal) throws Exception {
        RunReport report = playground.evacuate(leavingNode);
        report.table().forEach(terminal::line);
        terminal.line(
                report.violations().isEmpty()
                        ? leavingNode + " can be removed: no record names it, and every other copy was verified."
                        : "NOT VERIFIED: " + report.violations().size() + " violation(s), listed above. Do not remove "
                                + leavingNode + ".");
        return report.violations().isEmpty();
    }

    private static void showNextSteps(
            Playground playground, PlaygroundOptions options, Path directory, Terminal terminal) {
        terminal.line(
                "details:  " + directory.resolve(options.leavingNode().isEmpty() ? "region.json" : "report.json"));
        if (options.keep()) {
            terminal.line("try:      curl " + playground.managerUrl() + "/api/v1/cluster");
            terminal.line("          curl " + playground.managerUrl() + "/jobs");
            terminal.line("          curl -N " + playground.managerUrl() + "/api/v1/jobs/JOB/events");
            if (options.cluster().processes()) {
                terminal.line("          " + playground.restartHint());
            }
        } else {
            terminal.line("next:     bin/rebalancer playground --no-evacuate --keep   (a region to drive with curl)");
        }
    }

    private PlaygroundOptions options() {
        try {
            RegionPlan regionPlan = region.plan();
            return new PlaygroundOptions(
                    regionPlan,
                    run.directory(),
                    run.leavingNode(regionPlan),
                    cluster.plan(region.nodes(), run.crash()),
                    run.crash(),
                    run.keep());
        } catch (InvalidArgument e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
