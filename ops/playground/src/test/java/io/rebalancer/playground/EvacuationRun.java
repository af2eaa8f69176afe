package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionVerifier;
import io.rebalancer.playground.region.SimulatedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** One round of {@link EvacuateBench}: a manager and two agents start, empty a node, and the result is verified. */
final class EvacuationRun {
    static final String DATABASE = "database";
    static final String NGINX = "nginx";
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
    /** While objects move: an answer costs the manager as much as several objects. */
    private static final Duration MOVE_POLL_INTERVAL = Duration.ofMillis(250);

    private static final Duration TIMEOUT = Duration.ofMinutes(30);

    private final EvacuateBenchLoad load;
    private final BenchNodes nodes;
    private final Path directory;

    /**
     * Seconds since the start of the processes.
     *
     * @param ready when every node was ready
     * @param ordered when the job was created
     * @param placed when the first object was placed
     * @param moved when every record named its new copy
     * @param done when the job had verified this and ended
     */
    record Moments(double ready, double ordered, double placed, double moved, double done) {}

    /**
     * Processor time in seconds by process.
     *
     * @param start until the job was created
     * @param job from then to its end
     * @param compilers of the JVMs' compilers in {@code start} and {@code job}
     * @param jobCompilers of the JVMs' compilers in {@code job}
     */
    record Cpu(
            Map<String, Double> start,
            Map<String, Double> job,
            Map<String, Double> compilers,
            Map<String, Double> jobCompilers) {}

    /**
     * From the moment at which half of the records named their new copies to the end of the moves. The JVMs have compiled most
     * of what a job runs by then, so a long job continues like this.
     *
     * @param objects that were moved
     * @param cpu processor time in seconds by process
     * @param compilers the part of the JVMs' compilers
     */
    record SecondHalf(double seconds, double objects, Map<String, Double> cpu, Map<String, Double> compilers) {
        /** Objects per second. */
        double rate() {
            return objects / seconds;
        }

        /**
         * Objects per second if the simulated shards ran on another machine, computed: all processors are in use, so what one
         * process does not take is left to the others.
         */
        double rateWithoutShards() {
            double all = cpu.values().stream().mapToDouble(Double::doubleValue).sum();
            return rate() * all / (all - cpu.getOrDefault(EvacuateBenchLoad.REGION, 0.0));
        }
    }

    /**
     * What a round took.
     *
     * @param ordered when the job was created
     */
    record Figures(Instant ordered, Moments moments, Cpu cpu, SecondHalf secondHalf) {
        /** From the creation of the job to its end. */
        Duration jobTime() {
            return Duration.ofNanos((long) (1e9 * (moments.done() - moments.ordered())));
        }
    }

    /** @param javaOptions further options of a JVM, by the name of the node */
    EvacuationRun(EvacuateBenchLoad load, Map<String, String> javaOptions) throws IOException {
        this.load = load;
        this.directory = load.newDirectory();
        this.nodes = new BenchNodes(directory, javaOptions);
    }

    /** Where the nodes of this round have their settings, logs and recordings. */
    Path directory() {
        return directory;
    }

    /**
     * Runs the round.
     *
     * @throws IOException if the job did not move everything, or a copy is not what its record states
     */
    Figures run() throws Exception {
        load.region().restore();
        List<SimulatedNode> roots = load.nodesFor(directory);
        String database = load.journal().create("round_" + System.nanoTime());
        EvacuateBenchLoad.flushDisks();
        Map<String, Double> compilersBefore = compilers();
        Map<String, Double> before = cpu();
        try (nodes) {
            nodes.start(new BenchNodes.Surroundings(
                    database,
                    load.region().storinfoPort(),
                    load.region().shardPorts(),
                    roots,
                    load.nginx().url()));
            long startNanos = nodes.startNanos();
            ManagerClient client = nodes.client();
            nodes.awaitReady(client);
            double ready = since(startNanos);
            Map<String, Double> atOrder = cpu();
            Map<String, Double> compilersAtOrder = compilers();
            Instant orderedAt = Instant.now();
            double ordered = since(startNanos);
            String job = client.evacuate(load.leaving());
            await(client, job, POLL_INTERVAL, view -> view.path("inFlight").asLong() > 0 || relocated(view) > 0);
            double placed = since(startNanos);
            JsonNode half = await(
                    client,
                    job,
                    MOVE_POLL_INTERVAL,
                    view -> 2 * relocated(view) >= load.region().records());
            double halfMoved = since(startNanos);
            Map<String, Double> atHalf = cpu();
            Map<String, Double> compilersAtHalf = compilers();
            JsonNode all = await(
                    client,
                    job,
                    MOVE_POLL_INTERVAL,
                    view -> relocated(view) == load.region().records());
            double moved = since(startNanos);
            SecondHalf secondHalf = new SecondHalf(
                    moved - halfMoved,
                    (double) (relocated(all) - relocated(half))
                            * load.objects()
                            / load.region().records(),
                    difference(atHalf, cpu()),
                    difference(compilersAtHalf, compilers()));
            JsonNode end = await(client, job, POLL_INTERVAL, JobWatch::hasEnded);
            double done = since(startNanos);
            Map<String, Double> atEnd = cpu();
            Map<String, Double> compilersAtEnd = compilers();
            verify(end, roots);
            return new Figures(
                    orderedAt,
                    new Moments(ready, ordered, placed, moved, done),
                    new Cpu(
                            difference(before, atOrder),
                            difference(atOrder, atEnd),
                            difference(compilersBefore, compilersAtEnd),
                            difference(compilersAtOrder, compilersAtEnd)),
                    secondHalf);
        }
    }

    private static double since(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** Records that name their new copies. The second record of an object with a snaplink counts as a duplicate. */
    private static long relocated(JsonNode view) {
        return view.path("relocated").asLong() + view.path("duplicate").asLong();
    }

    /** Returns also when the job has ended in any other way, which the verification then finds. */
    private JsonNode await(ManagerClient client, String job, Duration interval, Predicate<JsonNode> condition)
            throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            Optional<JsonNode> view = client.job(job);
            if (view.isPresent() && (condition.test(view.get()) || JobWatch.hasEnded(view.get()))) {
                return view.get();
            }
            nodes.requireAlive();
            if (System.nanoTime() > endNanos) {
                throw new IOException("the job has not ended after " + TIMEOUT + ": "
                        + view.map(JsonNode::toString).orElse("the manager does not show it"));
            }
            LockSupport.parkNanos(interval.toNanos());
        }
    }

    private void verify(JsonNode job, List<SimulatedNode> roots) throws IOException, PlaygroundFault {
        RegionVerifier.Verified verified = RegionVerifier.verify(
                RegionSurvey.read(load.region().shards()),
                roots.stream().collect(Collectors.toMap(SimulatedNode::storageId, SimulatedNode::root)),
                Optional.of(load.leaving()),
                load.fingerprint());
        boolean complete = job.path("state").asText().equals("DONE")
                && relocated(job) == load.region().records()
                && verified.records() == load.region().records()
                && verified.digests() == 2L * load.objects();
        if (!complete || !verified.violations().isEmpty()) {
            throw new PlaygroundFault("the evacuation is not what it should be: " + job + "; verified "
                    + verified.records() + " records of " + load.region().records() + ", " + verified.digests()
                    + " digests of " + 2L * load.objects() + ", violations: "
                    + verified.violations().stream().limit(10).toList() + "; see " + directory);
        }
    }

    private Map<String, Double> cpu() throws IOException {
        Map<String, Double> times = new LinkedHashMap<>();
        for (Map.Entry<String, Long> node : nodes.pids().entrySet()) {
            times.put(node.getKey(), CpuTimes.ofProcess(node.getValue()));
        }
        times.put(EvacuateBenchLoad.REGION, CpuTimes.ofProcess(load.region().pid()));
        times.put(DATABASE, CpuTimes.ofProcess(load.journal().pid()));
        times.put(NGINX, CpuTimes.ofProcess(load.nginx().pid()));
        return times;
    }

    private Map<String, Double> compilers() throws IOException {
        Map<String, Double> times = new LinkedHashMap<>();
        for (Map.Entry<String, Long> node : nodes.pids().entrySet()) {
            times.put(node.getKey(), CpuTimes.ofCompilers(node.getValue()));
        }
        times.put(EvacuateBenchLoad.REGION, CpuTimes.ofCompilers(load.region().pid()));
        return times;
    }

    private static Map<String, Double> difference(Map<String, Double> before, Map<String, Double> after) {
        Map<String, Double> difference = new LinkedHashMap<>();
        after.forEach((name, time) -> difference.put(name, time - before.getOrDefault(name, 0.0)));
        return difference;
    }
}
