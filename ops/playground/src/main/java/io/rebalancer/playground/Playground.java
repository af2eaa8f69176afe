package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.cluster.InJvmNodeRunner;
import io.rebalancer.playground.cluster.NodeRunner;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.cluster.ProcessNodeRunner;
import io.rebalancer.playground.region.RegionContents;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionVerifier;
import io.rebalancer.playground.region.SimulatedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** One run: makes a region, starts the rebalancer in it, empties a node, and verifies what came of it. */
final class Playground implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final double FIRST_KILL = 0.15;
    private static final double SECOND_KILL = 0.45;

    private final PlaygroundOptions options;
    private final Path directory;
    private final Terminal terminal;
    private final Region region;
    private final NodeRunner nodes;
    private final ClusterLayout rebalancer;
    private final ManagerClient client;
    private final List<PlannedKills.Kill> harm = new CopyOnWriteArrayList<>();

    private Playground(
            PlaygroundOptions options,
            Path directory,
            Terminal terminal,
            Region region,
            NodeRunner nodes,
            ClusterLayout rebalancer) {
        this.options = options;
        this.directory = directory;
        this.terminal = terminal;
        this.region = region;
        this.nodes = nodes;
        this.rebalancer = rebalancer;
        this.client = new ManagerClient(
                rebalancer.managers().stream().map(NodeSpec::http).toList());
    }

    /** Makes the region and starts everything; when it returns, {@code region.json} is there. */
    static Playground open(PlaygroundOptions options, Path directory, Terminal terminal)
            throws IOException, SQLException, InterruptedException, PlaygroundFault {
        Path logs = Files.createDirectories(directory.resolve("logs"));
        Region region = Region.start(options.plan(), directory);
        NodeRunner nodes = options.layout().processes() ? new ProcessNodeRunner(logs) : new InJvmNodeRunner();
        try {
            Map<SimulatedNode, String> fileServers = new LinkedHashMap<>();
            region.nodes().forEach(node -> fileServers.put(node, region.files(node)));
            ClusterLayout rebalancer = ClusterLayout.configure(
                    directory,
                    new ClusterLayout.Surroundings(Region.HOST, region.shards(), region.storinfo(), fileServers),
                    options.layout());
            Playground playground = new Playground(options, directory, terminal, region, nodes, rebalancer);
            playground.fill();
            playground.startNodes();
            RegionFile.write(directory, region, rebalancer, nodes.processIds());
            return playground;
        } catch (IOException | SQLException | InterruptedException | PlaygroundFault e) {
            nodes.close();
            region.close();
            throw e;
        }
    }

    private void fill() throws IOException, SQLException, InterruptedException {
        RegionContents.Summary made = region.fill(
                count -> terminal.progress(String.format(Locale.ROOT, "  filling the region: %,d objects", count)));
        terminal.line(String.format(
                Locale.ROOT,
                "region of %d storage nodes in 3 datacenters and %d metadata shard(s): %,d objects, %s, two copies each"
                        + " (%,d empty, %,d snaplinks, %,d directories)",
                region.nodes().size(),
                region.shards().size(),
                made.objects(),
                Sizes.text(made.bytes()),
                made.empty(),
                made.snaplinks(),
                made.directories()));
        if (made.unreadable() > 0) {
            terminal.line("  " + made.unreadable() + " files could not be read and are left out");
        }
    }

    private void startNodes() throws InterruptedException, PlaygroundFault {
        Instant began = Instant.now();
        for (NodeSpec node : rebalancer.all()) {
            nodes.start(node);
        }
        for (NodeSpec node : rebalancer.all()) {
            awaitReady(node, began.plus(START_PATIENCE));
        }
        terminal.line(String.format(
                Locale.ROOT,
                "%s and %d agents in one Pekko cluster%s, %s, ready after %.1f s",
                rebalancer.managers().size() == 1
                        ? "1 manager"
                        : rebalancer.managers().size() + " managers",
                rebalancer.agents().size() - options.layout().httpAgents(),
                options.layout().httpAgents() == 0
                        ? ""
                        : ", " + options.layout().httpAgents() + " agents reached over HTTP",
                options.layout().processes() ? "each a process of its own" : "each an actor system of this process",
                Duration.between(began, Instant.now()).toMillis() / 1000.0));
    }

    private void awaitReady(NodeSpec node, Instant until) throws InterruptedException, PlaygroundFault {
        Optional<String> waits = client.notReady(node.http());
        while (waits.isPresent()) {
            List<String> ended = nodes.ended();
            if (!ended.isEmpty()) {
                throw new PlaygroundFault(ended.get(0));
            }
            if (Instant.now().isAfter(until)) {
                throw new PlaygroundFault(node.name() + " is not ready after " + START_PATIENCE.toSeconds() + " s: "
                        + waits.get() + "; its log is in " + directory.resolve("logs"));
            }
            terminal.progress("  waiting for " + node.name());
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            waits = client.notReady(node.http());
        }
    }

    /** Empties a node and verifies the region; the report is in {@code report.json} too. */
    RunReport evacuate(String leavingNode) throws IOException, InterruptedException, PlaygroundFault {
        List<RegionSurvey.Found> recordsBefore = RegionSurvey.read(region.shards());
        Map<String, String> before = RegionSurvey.fingerprint(recordsBefore);
        long expected = recordsBefore.stream()
                .filter(found -> names(found, leavingNode))
                .count();
        Optional<PlannedKills> crash = crash(leavingNode);
        Instant began = Instant.now();
        String jobId = client.evacuate(leavingNode);
        terminal.line(
                String.format(Locale.ROOT, "job %s empties %s, which %,d records name", jobId, leavingNode, expected));
        JsonNode job = new JobWatch(client, nodes, crash, terminal, restartHint()).toTheEnd(jobId, expected);
        double seconds = Duration.between(began, Instant.now()).toMillis() / 1000.0;
        terminal.progress("  verifying every record and every file");
        RegionVerifier.Verified verified = RegionVerifier.verify(
                RegionSurvey.read(region.shards()), region.roots(), Optional.of(leavingNode), before);
        RunReport report = RunReport.of(
                job,
                seconds,
                expected,
                verified,
                kills(crash),
                crash.map(PlannedKills::missed).orElse(0),
                fetchedAgain());
        RegionFile.writeWhole(directory.resolve("report.json"), report.toJson());
        return report;
    }

    private static boolean names(RegionSurvey.Found found, String node) {
        for (JsonNode shark : found.value().path("sharks")) {
            if (shark.path("manta_storage_id").asText().equals(node)) {
                return true;
            }
        }
        return false;
    }

    /** Somebody did a node harm: as many objects as were in flight then may be fetched again. */
    void harmed(PlannedKills.Kill kill) {
        harm.add(kill);
    }

    private List<PlannedKills.Kill> kills(Optional<PlannedKills> crash) {
        List<PlannedKills.Kill> all = new ArrayList<>(harm);
        crash.ifPresent(each -> all.addAll(each.kills()));
        return all;
    }

    /** When each port of this machine last wrote to a metadata shard. */
    Map<Integer, Instant> lastWrites() {
        return region.lastWrites();
    }

    /** An agent that receives copies, then the manager. */
    private Optional<PlannedKills> crash(String leavingNode) {
        if (!options.crash() || !(nodes instanceof ProcessNodeRunner processes)) {
            return Optional.empty();
        }
        NodeSpec agent = rebalancer.agents().entrySet().stream()
                .filter(each -> !each.getKey().equals(leavingNode))
                .findFirst()
                .orElseThrow()
                .getValue();
        return Optional.of(new PlannedKills(
                processes,
                List.of(
                        new PlannedKills.Planned(agent, FIRST_KILL),
                        new PlannedKills.Planned(rebalancer.manager(), SECOND_KILL))));
    }

    private long fetchedAgain() {
        return region.fetches().values().stream().mapToLong(count -> count - 1).sum();
    }

    /** The nodes, for those who do things to them; only when they are processes. */
    ProcessNodeRunner processes() {
        if (nodes instanceof ProcessNodeRunner processes) {
            return processes;
        }
        throw new IllegalStateException("the nodes are in this process");
    }

    /** What was started. */
    ClusterLayout rebalancer() {
        return rebalancer;
    }

    /** How to start the manager by hand. */
    String restartHint() {
        return "start the manager again with: bin/rebalancer manager --config "
                + rebalancer.manager().settings();
    }

    /** URLs of all managers. */
    List<String> managerUrls() {
        return rebalancer.managers().stream()
                .map(manager -> manager.http().toString())
                .toList();
    }

    /** URL of the first manager. */
    String managerUrl() {
        return rebalancer.manager().http().toString();
    }

    /** Says when nodes end, until it is interrupted. */
    void keep() throws InterruptedException {
        while (true) {
            nodes.ended().forEach(end -> terminal.line("  " + end + "\n  " + restartHint()));
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Ends child processes at once; for when this process is going down. */
    void abandon() {
        if (nodes instanceof ProcessNodeRunner processes) {
            processes.killAll();
        }
    }

    @Override
    public void close() {
        nodes.close();
        region.close();
    }
}
