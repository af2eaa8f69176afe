package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.manager.jobs.ClusterJobService;
import io.rebalancer.manager.jobs.JournalJobFeed;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.Projector;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/**
 * One job with many objects, a tenth of them exceptions, in a small heap: the real job, planner, committer, projector and
 * event streams on a PostgreSQL that forces its log. The simulation computes its records and keeps one bit for each. Run by
 * {@code make test-scale}.
 */
class ScaleRun {
    private static final int OBJECTS = Integer.getInteger("scale.objects", 10_000_000);
    private static final int EXCEPTIONS_PER_THOUSAND = 100;
    private static final int NODES = 100;
    private static final int SHARDS = 10;

    private static final long MAX_BYTES = 256 << 10;
    private static final long MAX_BYTES_PER_THOUSAND = 93_000;
    private static final Duration MAX_CLIENT_WAIT = Duration.ofMillis(200);
    private static final Duration MAX_PROJECTION_RESTART = Duration.ofSeconds(5);

    /** Longer than a manager follows a job after its last client has left, so each client is the first one again. */
    private static final Duration INTERVAL = Duration.ofSeconds(12);

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private Duration lastClientWait = Duration.ZERO;
    private Duration longestClientWait = Duration.ZERO;
    private Duration longestRestart = Duration.ZERO;
    private long peakLiveBytes;

    @Test
    void aTenthOfManyObjectsAreExceptions() throws Exception {
        SimulatedTier tier = new SimulatedTier(SimulatedManager.leaving(1), OBJECTS, SHARDS);
        long exceptions = tier.countIn(EXCEPTIONS_PER_THOUSAND);
        try (BenchDatabase database = new BenchDatabase();
                SimulatedManager manager = new SimulatedManager(database.settings())) {
            database.watchSnapshots();
            database.watchEvents();
            JournalReader journal = manager.journal().reader(manager.kit().system());
            ActorRef<Projector.Command> projector = manager.project(journal);
            JobFeed feed =
                    JournalJobFeed.start(manager.kit().system(), journal, manager.readSide()::state, manager.jobs());
            Duration cpu = BenchDatabase.ownCpu();
            Duration databaseCpu = database.cpu();
            long start = System.nanoTime();
            UUID job = manager.start(tier, NODES, new SimulatedAgents(EXCEPTIONS_PER_THOUSAND));
            JobOutline state = manager.reply(job).state();
            for (int round = 0; !state.phase().terminal(); round++) {
                observe(manager, feed, job);
                interrupt(manager, job, round);
                if (round % 4 == 1) {
                    projector = restart(projector, manager, database, journal, job);
                }
                state = manager.reply(job).state();
                System.out.printf(
                        "%,d s: %s, pass %d, %,d objects relocated, %,d failed; a new event stream waited %d ms%n",
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                        state.phase(),
                        state.pass(),
                        state.settled().relocated(),
                        state.counts().failed(),
                        lastClientWait.toMillis());
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            state = manager.awaitEnd(job);
            restart(projector, manager, database, journal, job);
            print(
                    database,
                    job,
                    seconds,
                    BenchDatabase.ownCpu().minus(cpu),
                    database.cpu().minus(databaseCpu));
            assertThat(state.phase()).as(state.reason()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
            assertThat(state.settled().relocated()).isEqualTo(OBJECTS - exceptions);
            assertThat(state.counts().failed()).isEqualTo(exceptions);
            assertThat(database.text("select count(*) from object_exception")).isEqualTo(String.valueOf(exceptions));
            assertLimits(database);
        }
    }

    /** An operator pauses the job, changes its settings, and lets it continue. */
    private static void interrupt(SimulatedManager manager, UUID job, int round) throws Exception {
        ClusterJobService jobs = manager.jobs();
        if (jobs.get(job)
                .toCompletableFuture()
                .get()
                .orElseThrow()
                .state()
                .phase()
                .terminal()) {
            return;
        }
        jobs.changeSettings(job, SettingsChange.of(SettingName.COMMIT_PARALLELISM, 100 + round % 100), "scale run")
                .toCompletableFuture()
                .get();
        try {
            jobs.pause(job).toCompletableFuture().get();
            await().atMost(TIMEOUT).until(() -> manager.reply(job).state().phase() == JobPhase.PAUSED);
            jobs.resume(job).toCompletableFuture().get();
        } catch (ExecutionException e) {
            assertThat(e)
                    .as("only a job that has just ended can't be paused")
                    .hasMessageContaining("possible now: retry");
        }
    }

    /** Measures what is live in the heap, and how long a client waits that subscribes now. */
    private void observe(SimulatedManager manager, JobFeed feed, UUID job) throws Exception {
        Thread.sleep(INTERVAL.toMillis());
        System.gc();
        peakLiveBytes = Math.max(
                peakLiveBytes,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        long start = System.nanoTime();
        JobUpdate first = feed.open(job)
                .thenCompose(found -> found.orElseThrow()
                        .updates(OptionalLong.empty())
                        .runWith(Sink.head(), manager.kit().system()))
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        assertThat(first.state().counts().discovered()).isPositive();
        lastClientWait = waited;
        longestClientWait = max(longestClientWait, waited);
    }

    /** Measures how long a projector takes, from its start, until the tables include what was stored before its start. */
    private ActorRef<Projector.Command> restart(
            ActorRef<Projector.Command> projector,
            SimulatedManager manager,
            BenchDatabase database,
            JournalReader journal,
            UUID job)
            throws Exception {
        TestProbe<Void> probe = manager.kit().createTestProbe();
        manager.kit().stop(projector);
        probe.expectTerminated(projector, TIMEOUT);
        long revision = manager.reply(job).revision();
        long start = System.nanoTime();
        ActorRef<Projector.Command> restarted = manager.project(journal);
        while (position(database, job) < revision) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT);
            Thread.sleep(20);
        }
        longestRestart = max(longestRestart, Duration.ofNanos(System.nanoTime() - start));
        return restarted;
    }

    private static long position(BenchDatabase database, UUID job) throws Exception {
        return Long.parseLong(database.text(
                "select coalesce(max(sequence_number), 0) from projection where persistence_id like '%" + job + "'"));
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private void print(BenchDatabase database, UUID job, double seconds, Duration cpu, Duration databaseCpu)
            throws Exception {
        System.out.printf(
                "%,d objects: %,.0f objects/s, %.1f us CPU per object: %.1f manager, %.1f database%n",
                OBJECTS,
                OBJECTS / seconds,
                (cpu.toNanos() + databaseCpu.toNanos()) / 1e3 / OBJECTS,
                cpu.toNanos() / 1e3 / OBJECTS,
                databaseCpu.toNanos() / 1e3 / OBJECTS);
        for (BenchDatabase.Events each : database.events(job)) {
            System.out.printf(
                    "  %-24s %,10d events, per 1,000 objects %,8.0f bytes, %,8.0f uncompressed, largest %,d%n",
                    each.type(),
                    each.count(),
                    each.bytes() * 1000.0 / OBJECTS,
                    each.bytesBeforeCompression() * 1000.0 / OBJECTS,
                    each.largest());
        }
        System.out.printf("journal bytes per 1,000 objects, with deleted events: %,d%n", bytesPerThousand(database));
        System.out.printf(
                "heap: %d MiB at most, peak live %d MiB%n",
                Runtime.getRuntime().maxMemory() >> 20, peakLiveBytes >> 20);
        System.out.printf(
                "largest event %,d bytes, uncompressed %,d; largest snapshot %,d bytes, uncompressed %,d%n",
                database.largestEvent().stored(),
                database.largestEvent().beforeCompression(),
                database.largestSnapshot().stored(),
                database.largestSnapshot().beforeCompression());
        System.out.printf(
                "longest wait of a new event stream %d ms; longest restart of the projection %d ms%n",
                longestClientWait.toMillis(), longestRestart.toMillis());
    }

    private static long bytesPerThousand(BenchDatabase database) throws Exception {
        return database.writtenBytes() * 1000 / OBJECTS;
    }

    private void assertLimits(BenchDatabase database) throws Exception {
        assertThat(database.largestEvent().stored()).as("largest event").isLessThanOrEqualTo(MAX_BYTES);
        assertThat(database.largestSnapshot().stored()).as("largest snapshot").isLessThanOrEqualTo(MAX_BYTES);
        assertThat(bytesPerThousand(database))
                .as("journal bytes per 1,000 objects")
                .isLessThanOrEqualTo(MAX_BYTES_PER_THOUSAND);
        assertThat(longestClientWait).as("wait of a new event stream").isLessThanOrEqualTo(MAX_CLIENT_WAIT);
        assertThat(longestRestart).as("restart of the projection").isLessThanOrEqualTo(MAX_PROJECTION_RESTART);
    }
}
