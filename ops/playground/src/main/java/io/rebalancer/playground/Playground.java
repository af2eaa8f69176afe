package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.cluster.InJvmNodeRunner;
import io.rebalancer.playground.cluster.NodeRunner;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.cluster.ProcessNodeRunner;
import io.rebalancer.playground.console.ByteSizes;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.console.Terminal;
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

/** One run: creates a region, starts the managers and agents, empties a storage node, and verifies the result. */
final class Playground implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(180);
    private static final double AGENT_KILL_SHARE = 0.15;
    private static final double MANAGER_KILL_SHARE = 0.45;

    private final PlaygroundOptions options;
    private final Path directory;
    private final Terminal terminal;
    private final Region region;
    private final NodeRunner nodes;
    private final ClusterLayout cluster;
    private final ManagerClient client;
    private final List<KillRecord> faults = new CopyOnWriteArrayList<>();

    private Playground(
            PlaygroundOptions options,
            Path directory,
            Terminal terminal,
            Region region,
            NodeRunner nodes,
            ClusterLayout cluster) {
        this.options = options;
        this.directory = directory;
        this.terminal = terminal;
        this.region = region;
        this.nodes = nodes;
        this.cluster = cluster;
        this.client = new ManagerClient(
                cluster.managers().stream().map(NodeSpec::http).toList());
    }

    /** Creates the region, starts every node, and writes {@code region.json} once all nodes are ready. */
    static Playground open(PlaygroundOptions options, Path directory, Terminal terminal)
            throws IOException, SQLException, InterruptedException, PlaygroundFault {
        return open(options, directory, terminal, ShardTables.inMemory());
    }

    /** As {@link #open(PlaygroundOptions, Path, Terminal)}, with the rows of the metadata shards in {@code tables}. */
    static Playground open(PlaygroundOptions options, Path directory, Terminal terminal, ShardTables tables)
            throws IOException, SQLException, InterruptedException, PlaygroundFault {
        Path logs = Files.createDirectories(directory.resolve("logs"));
        Region region = Region.start(options.region(), directory, tables);
        NodeRunner nodes = options.cluster().processes() ? new ProcessNodeRunner(logs) : new InJvmNodeRunner();
        try {
            Map<SimulatedNode, String> fileServers = new LinkedHashMap<>();
            region.nodes().forEach(node -> fileServers.put(node, region.fileServer(node)));
            ClusterLayout cluster = ClusterLayout.configure(
                    directory,
                    new ClusterLayout.RegionAddresses(Region.HOST, region.shards(), region.storinfo(), fileServers),
                    options.cluster());
            Playground playground = new Playground(options, directory, terminal, region, nodes, cluster);
            playground.fillRegion();
            playground.startNodes();
            RegionFile.write(directory, region, cluster, nodes.processIds());
            return playground;
        } catch (IOException | SQLException | InterruptedException | PlaygroundFault e) {
            nodes.close();
            region.close();
            throw e;
        }
    }

    private void fillRegion() throws IOException, SQLException, InterruptedException {
        RegionContents.Summary contents = region.fill(
                count -> terminal.progress(String.format(Locale.ROOT, "  filling the region: %,d objects", count)));
        terminal.line(String.format(
                Locale.ROOT,
                "region of %d storage nodes in 3 datacenters and %d metadata shard(s): %,d objects (%s), two copies"
                        + " each, with %,d empty objects, %,d snaplinks and %,d directories",
                region.nodes().size(),
                region.shards().size(),
                contents.objects(),
                ByteSizes.format(contents.bytes()),
                contents.empty(),
                contents.snaplinks(),
                contents.directories()));
        if (contents.unreadable() > 0) {
            terminal.line("  skipped " + contents.unreadable() + " files that could not be read");
        }
    }

    private void startNodes() throws InterruptedException, PlaygroundFault {
        Instant start = Instant.now();
        for (NodeSpec node : cluster.all()) {
            nodes.start(node);
        }
        for (NodeSpec node : cluster.all()) {
            awaitReady(node, start.plus(START_TIMEOUT));
        }
        int httpAgents = options.cluster().httpAgents();
        terminal.line(String.format(
                Locale.ROOT,
                "%s and %d agents in one Pekko cluster%s, %s; ready after %.1f s",
                cluster.managers().size() == 1
                        ? "1 manager"
                        : cluster.managers().size() + " managers",
                cluster.agents().size() - httpAgents,
                httpAgents == 0 ? "" : ", " + httpAgents + " agents outside it over HTTP",
                options.cluster().processes() ? "each in its own process" : "each an actor system in this process",
                Duration.between(start, Instant.now()).toMillis() / 1000.0));
    }

    private void awaitReady(NodeSpec node, Instant deadline) throws InterruptedException, PlaygroundFault {
        Optional<String> pending = client.pendingReadiness(node.http());
        while (pending.isPresent()) {
            List<String> ended = nodes.takeEnded();
            if (!ended.isEmpty()) {
                throw new PlaygroundFault(ended.get(0));
            }
            if (Instant.now().isAfter(deadline)) {
                throw new PlaygroundFault(node.name() + " is not ready after " + START_TIMEOUT.toSeconds() + " s: "
                        + pending.get() + "; see its log in " + directory.resolve("logs"));
            }
            terminal.progress("  waiting for " + node.name() + " to become ready");
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            pending = client.pendingReadiness(node.http());
        }
    }

    /** Empties a storage node, verifies the region, and writes the report to {@code report.json}. */
    RunReport evacuate(String leavingNode) throws IOException, InterruptedException, PlaygroundFault {
        return evacuate(leavingNode, () -> {}, true);
    }

    /**
     * As {@link #evacuate(String)}, while users change records. The disks are not compared with the records: a copy of an
     * object that a user has replaced since stays until Manta removes it.
     */
    RunReport evacuateAmongUsers(String leavingNode) throws IOException, InterruptedException, PlaygroundFault {
        return evacuate(leavingNode, () -> {}, false);
    }

    /** What happens to the region between the survey of its records and the creation of the job. */
    @FunctionalInterface
    interface Disturbance {
        void begin() throws InterruptedException, PlaygroundFault;
    }

    /** As {@link #evacuate(String)}, in a region that is disturbed before the job is created. */
    RunReport evacuate(String leavingNode, Disturbance disturbance)
            throws IOException, InterruptedException, PlaygroundFault {
        return evacuate(leavingNode, disturbance, true);
    }

    private RunReport evacuate(String leavingNode, Disturbance disturbance, boolean auditsCopies)
            throws IOException, InterruptedException, PlaygroundFault {
        CopyAudit copies = new CopyAudit(region, client);
        List<RegionSurvey.StoredRecord> recordsBefore = RegionSurvey.read(region.shards());
        Map<String, String> fingerprintBefore = RegionSurvey.fingerprint(recordsBefore);
        long expected =
                recordsBefore.stream().filter(each -> each.names(leavingNode)).count();
        Optional<PlannedKills> plannedKills = planKills(leavingNode);
        disturbance.begin();
        Instant start = Instant.now();
        String jobId = client.evacuate(leavingNode);
        terminal.line(String.format(
                Locale.ROOT, "job %s empties %s; %,d metadata records name it", jobId, leavingNode, expected));
        JsonNode job = new JobWatch(client, nodes, plannedKills, terminal, restartHint()).awaitEnd(jobId, expected);
        double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;
        terminal.progress("  verifying every record, every file and every disk");
        CopyAudit.Result audited = auditsCopies ? copies.run(jobId) : CopyAudit.Result.NONE;
        RegionVerifier.Verified verified = RegionVerifier.verify(
                RegionSurvey.read(region.shards()), region.roots(), Optional.of(leavingNode), fingerprintBefore);
        RunReport report = RunReport.of(
                job,
                seconds,
                expected,
                verified,
                audited,
                allKills(plannedKills),
                plannedKills.map(PlannedKills::pendingCount).orElse(0),
                refetchCount());
        RegionFile.replace(directory.resolve("report.json"), report.toJson());
        return report;
    }

    /** Records a fault from outside: as many objects as were in flight then may be fetched twice. */
    void recordFault(KillRecord fault) {
        faults.add(fault);
    }

    private List<KillRecord> allKills(Optional<PlannedKills> plannedKills) {
        List<KillRecord> all = new ArrayList<>(faults);
        plannedKills.ifPresent(each -> all.addAll(each.records()));
        return all;
    }

    /** Time of the last write to a metadata shard, by the client's port. */
    Map<Integer, Instant> lastWrites() {
        return region.lastWrites();
    }

    /** The simulated region. */
    Region region() {
        return region;
    }

    /** First an agent that receives copies, then the manager. */
    private Optional<PlannedKills> planKills(String leavingNode) {
        if (!options.crash() || !(nodes instanceof ProcessNodeRunner processes)) {
            return Optional.empty();
        }
        NodeSpec agent = cluster.agents().entrySet().stream()
                .filter(each -> !each.getKey().equals(leavingNode))
                .findFirst()
                .orElseThrow()
                .getValue();
        return Optional.of(new PlannedKills(
                processes,
                List.of(
                        new PlannedKills.PlannedKill(agent, AGENT_KILL_SHARE),
                        new PlannedKills.PlannedKill(cluster.manager(), MANAGER_KILL_SHARE))));
    }

    private long refetchCount() {
        return region.fetches().values().stream().mapToLong(count -> count - 1).sum();
    }

    /**
     * The runner of the node processes.
     *
     * @throws IllegalStateException if the nodes run in this process
     */
    ProcessNodeRunner processes() {
        if (nodes instanceof ProcessNodeRunner processes) {
            return processes;
        }
        throw new IllegalStateException("the nodes run in this process");
    }

    /** The managers and agents of the region. */
    ClusterLayout cluster() {
        return cluster;
    }

    /** The command that starts the manager by hand, as a line for the user. */
    String restartHint() {
        return "start the manager again with: bin/rebalancer manager --config "
                + cluster.manager().settings();
    }

    /** Base URLs of all managers. */
    List<String> managerUrls() {
        return cluster.managers().stream()
                .map(manager -> manager.http().toString())
                .toList();
    }

    /** Base URL of the first manager. */
    String managerUrl() {
        return cluster.manager().http().toString();
    }

    /** Reports nodes that end, until this thread is interrupted. */
    void watchNodes() throws InterruptedException {
        while (true) {
            nodes.takeEnded().forEach(end -> terminal.line("  " + end + "\n  " + restartHint()));
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Kills all child processes at once; for the shutdown of this process. */
    void killNodes() {
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
