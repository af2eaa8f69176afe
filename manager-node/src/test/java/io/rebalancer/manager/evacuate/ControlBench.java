package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the manager's own cost of a job, from its registration to its verification: the real job, batcher, committer and
 * journal with the shipped settings, and agents and a metadata tier that reply at once. Run by {@code make bench-control}.
 *
 * <p>Other work on the machine changes objects per second, and hardly the CPU time of an object. So the bench asserts ratios
 * of CPU time, and bytes, and it prints the rest.
 */
class ControlBench {
    private static final int WARM_UP = 100_000;
    private static final int RECORDS = Integer.getInteger("bench.records", 500_000);
    private static final int NODES = 20;
    private static final int CONCURRENT_JOBS = 4;
    /** Half of what a job stored before its events were compressed. */
    private static final long MAX_BYTES_PER_THOUSAND = 93_000;

    private static final double MAX_RATIO = 1.2;
    private static final int MEASURED_ROUNDS = 3;

    private static final int PEER_EVENTS = 5000;

    private final AtomicInteger leavingNodes = new AtomicInteger();

    @TempDir
    private Path directory;

    /** What jobs ran, and what they cost. */
    private record Run(List<UUID> jobs, long objects, double seconds, Duration own, Duration database) {
        double perSecond() {
            return objects / seconds;
        }

        double microsOwn() {
            return own.toNanos() / 1e3 / objects;
        }

        double microsDatabase() {
            return database.toNanos() / 1e3 / objects;
        }

        double micros() {
            return microsOwn() + microsDatabase();
        }

        void print(String what) {
            System.out.printf(
                    "%-36s %,9.0f objects/s  %6.1f us CPU per object: %.1f manager, %.1f database%n",
                    what, perSecond(), micros(), microsOwn(), microsDatabase());
        }
    }

    /** A point in time, for the difference to another one. */
    private record Clocks(long nanos, Duration own, Duration database) {
        static Clocks read(Supplier<Duration> databaseCpu) {
            return new Clocks(System.nanoTime(), BenchDatabase.ownCpu(), databaseCpu.get());
        }

        Run until(Clocks end, List<UUID> jobs, long objects) {
            return new Run(jobs, objects, (end.nanos - nanos) / 1e9, end.own.minus(own), end.database.minus(database));
        }
    }

    @Test
    void objectsThroughTheControlPlane() throws Exception {
        printSimulation();
        try (SimulatedManager manager =
                new SimulatedManager(new JournalSettings.Embedded(directory.resolve("journal")))) {
            run(manager, () -> Duration.ZERO, 1, WARM_UP, NODES, 1);
            run(manager, () -> Duration.ZERO, 1, RECORDS, NODES, 1).print("embedded log, 1 job");
            run(manager, () -> Duration.ZERO, CONCURRENT_JOBS, RECORDS / 2, NODES, 1)
                    .print("embedded log, " + CONCURRENT_JOBS + " jobs");
        }
        try (BenchDatabase database = new BenchDatabase();
                SimulatedManager manager = new SimulatedManager(database.settings())) {
            run(manager, database::cpu, 1, WARM_UP, NODES, 1);
            Run one = run(manager, database::cpu, 1, RECORDS, NODES, 1);
            one.print("PostgreSQL, 1 job");
            run(manager, database::cpu, CONCURRENT_JOBS, RECORDS / 2, NODES, 1)
                    .print("PostgreSQL, " + CONCURRENT_JOBS + " jobs");
            printStored(database, one);
            printPeer(database, one);
            double nodes = ratio(manager, database, "storage nodes", 10, 1000, true);
            double shards = ratio(manager, database, "metadata shards", 2, 200, false);
            assertThat(bytesPerThousand(database, one)).isLessThanOrEqualTo(MAX_BYTES_PER_THOUSAND);
            assertThat(nodes).as("CPU per object, 1,000 nodes : 10 nodes").isLessThanOrEqualTo(MAX_RATIO);
            assertThat(shards).as("CPU per object, 200 shards : 2 shards").isLessThanOrEqualTo(MAX_RATIO);
        }
    }

    /** The part of the manager's figures that only the simulated records cause: each is computed twice. */
    private static void printSimulation() {
        SimulatedTier tier = new SimulatedTier(SimulatedManager.leaving(0), RECORDS, 1);
        long bytes = 0;
        for (int round = 0; round < 2; round++) {
            Duration before = BenchDatabase.ownCpu();
            for (int i = 0; i < RECORDS; i++) {
                bytes += tier.record(i).sizeBytes() + tier.record(i).copies().size();
            }
            if (round == 1) {
                System.out.printf(
                        "computing the records of the simulation: %.1f us CPU per object (%d)%n",
                        BenchDatabase.ownCpu().minus(before).toNanos() / 1e3 / RECORDS, bytes % 10);
            }
        }
    }

    /** Runs jobs concurrently, each with its own {@code count} objects, to their end. */
    private Run run(
            SimulatedManager manager, Supplier<Duration> databaseCpu, int jobs, int count, int nodes, int shards)
            throws Exception {
        List<SimulatedTier> tiers = new ArrayList<>();
        AtomicReference<Clocks> verification = new AtomicReference<>();
        for (int i = 0; i < jobs; i++) {
            SimulatedTier tier =
                    new SimulatedTier(SimulatedManager.leaving(leavingNodes.incrementAndGet()), count, shards);
            // Each shard calls this. Reading the clocks takes milliseconds.
            tier.onVerification(
                    () -> verification.updateAndGet(begun -> begun == null ? Clocks.read(databaseCpu) : begun));
            tiers.add(tier);
        }
        Clocks start = Clocks.read(databaseCpu);
        List<UUID> running = new ArrayList<>();
        for (SimulatedTier tier : tiers) {
            running.add(manager.start(tier, nodes, new SimulatedAgents(0)));
        }
        for (UUID job : running) {
            JobOutline end = manager.awaitEnd(job);
            assertThat(end.phase()).as(end.reason()).isEqualTo(JobPhase.DONE);
            assertThat(end.settled().relocated()).isEqualTo(count);
        }
        Clocks ended = Clocks.read(databaseCpu);
        Run run = start.until(ended, List.copyOf(running), (long) jobs * count);
        if (jobs == 1 && count == RECORDS) {
            Objects.requireNonNull(verification.get())
                    .until(ended, List.of(), count)
                    .print("  of which the verification");
        }
        return run;
    }

    private static void printStored(BenchDatabase database, Run run) throws Exception {
        UUID job = run.jobs().get(0);
        double thousands = run.objects() / 1000.0;
        System.out.println("stored per 1,000 objects      events      bytes   bytes uncompressed   largest event");
        for (BenchDatabase.Events each : database.events(job)) {
            System.out.printf(
                    "  %-24s %9.2f %,10.0f %,20.0f %,15d%n",
                    each.type(),
                    each.count() / thousands,
                    each.bytes() / thousands,
                    each.bytesBeforeCompression() / thousands,
                    each.largest());
        }
        System.out.printf("  %-24s %9.2f%n", "transactions", database.transactions(job) / thousands);
    }

    private static double bytesPerThousand(BenchDatabase database, Run run) throws Exception {
        List<BenchDatabase.Events> events = database.events(run.jobs().get(0));
        return events.get(events.size() - 1).bytes() * 1000.0 / run.objects();
    }

    /** What the database could do if a manager had nothing else to do. */
    private static void printPeer(BenchDatabase database, Run run) throws Exception {
        UUID job = run.jobs().get(0);
        BenchDatabase.Peer peer = database.insertAgain(job, PEER_EVENTS);
        List<BenchDatabase.Events> events = database.events(job);
        double objects = (double) run.objects()
                * peer.events()
                / events.get(events.size() - 1).count();
        System.out.printf(
                "%-36s %,9.0f objects/s  %6.1f us CPU per object: %.1f client, %.1f database; %d events in %d"
                        + " transactions%n",
                "plain inserts of 1 job's events",
                objects / peer.seconds(),
                (peer.clientCpu().toNanos() + peer.databaseCpu().toNanos()) / 1e3 / objects,
                peer.clientCpu().toNanos() / 1e3 / objects,
                peer.databaseCpu().toNanos() / 1e3 / objects,
                peer.events(),
                peer.transactions());
    }

    /** The best run with few, and the best with many, in turn. The first round compiles what only many of them execute. */
    private double ratio(
            SimulatedManager manager, BenchDatabase database, String what, int few, int many, boolean ofNodes)
            throws Exception {
        double withFew = Double.MAX_VALUE;
        double withMany = Double.MAX_VALUE;
        for (int round = 0; round <= MEASURED_ROUNDS; round++) {
            double ofFew = micros(manager, database, what, few, ofNodes);
            double ofMany = micros(manager, database, what, many, ofNodes);
            if (round > 0) {
                withFew = Math.min(withFew, ofFew);
                withMany = Math.min(withMany, ofMany);
            }
        }
        System.out.printf("%,d %s : %d %s = %.2f%n", many, what, few, what, withMany / withFew);
        return withMany / withFew;
    }

    private double micros(SimulatedManager manager, BenchDatabase database, String what, int number, boolean ofNodes)
            throws Exception {
        Run run = run(manager, database::cpu, 1, RECORDS / 2, ofNodes ? number : NODES, ofNodes ? 1 : number);
        run.print("PostgreSQL, 1 job, " + number + " " + what);
        return run.micros();
    }
}
