package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.Test;

/**
 * Events of 300 bytes by 1, 16 and 256 writers: the log's own interface beside bare appends and forces of the same group
 * size, and Pekko's persistent actors on the log beside the same actors on Pekko's journal in memory. Run by
 * {@code make bench-log} only.
 */
class LogBench {
    private static final Path BASE = Path.of(System.getProperty("bench.directory", "target/bench"));
    private static final Duration RUN = Duration.ofSeconds(Integer.getInteger("bench.seconds", 4));
    private static final int EVENT_BYTES = 300;
    private static final int[] WRITERS = {1, 16, 256};

    /** What a run came to. */
    private record Result(double perSecond, double p50Micros, double p99Micros) {}

    @Test
    void besideItsLimits() throws Exception {
        Files.createDirectories(BASE);
        for (int writers : WRITERS) {
            engine(writers);
            Path directory = Files.createTempDirectory(BASE, "engine");
            Result log;
            double group;
            try (EventLog engine = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC())) {
                log = run(engine, writers);
                group = (double) engine.status().events()
                        / Math.max(1, engine.status().groups());
            }
            delete(directory);
            Result raw = raw(Math.max(1, (int) Math.round(group)));
            print("engine", writers, log, raw.perSecond(), "bare append and force, groups of " + Math.round(group));
        }
        for (int writers : WRITERS) {
            Config inMemory = ConfigFactory.parseString(
                    "pekko.persistence { journal.plugin = \"pekko.persistence.journal.inmem\","
                            + " snapshot-store.plugin = \"pekko.persistence.snapshot-store.local\" }");
            Result memory = actors(writers, inMemory);
            Path directory = Files.createTempDirectory(BASE, "actors");
            Result log = actors(
                    writers,
                    ConfigFactory.parseMap(Map.of(
                                    "rebalancer.log.directory",
                                    directory.toAbsolutePath().toString()))
                            .withFallback(ConfigFactory.parseResources("embedded-log.conf")));
            print("actors", writers, log, memory.perSecond(), "Pekko's journal in memory");
            delete(directory);
        }
    }

    private static void print(String what, int writers, Result result, double other, String beside) {
        System.out.printf(
                "%-7s %3d writers %9.0f events/s   p50 %7.0f us   p99 %7.0f us   %.2f x %s%n",
                what,
                writers,
                result.perSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.perSecond() / other,
                beside);
    }

    /** Warms up the compiler. */
    private static void engine(int writers) throws Exception {
        Path directory = Files.createTempDirectory(BASE, "warm");
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC())) {
            run(log, writers);
        }
        delete(directory);
    }

    private static Result run(EventLog log, int writers) throws Exception {
        ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
        AtomicLong events = new AtomicLong();
        CountDownLatch ended = new CountDownLatch(writers);
        long begun = System.nanoTime();
        long until = begun + RUN.toNanos();
        for (int writer = 0; writer < writers; writer++) {
            append(log, "id-" + writer, 1, until, latencies, events, ended);
        }
        ended.await();
        return result(events.get(), System.nanoTime() - begun, latencies);
    }

    private static void append(
            EventLog log,
            String id,
            long next,
            long until,
            ConcurrentLinkedQueue<Long> latencies,
            AtomicLong events,
            CountDownLatch ended) {
        long begun = System.nanoTime();
        log.append(id, next, List.of(new byte[EVENT_BYTES])).whenComplete((offset, failure) -> {
            long now = System.nanoTime();
            events.incrementAndGet();
            if (next % 8 == 0) {
                latencies.add(now - begun);
            }
            if (now >= until || failure != null) {
                ended.countDown();
            } else {
                append(log, id, next + 1, until, latencies, events, ended);
            }
        });
    }

    private static Result raw(int group) throws IOException {
        Path file = Files.createTempFile(BASE, "raw", ".bin");
        ByteBuffer bytes = ByteBuffer.allocateDirect(group * (EVENT_BYTES + 80));
        ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
        long events = 0;
        long begun = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long position = 0;
            while (System.nanoTime() - begun < RUN.toNanos()) {
                long before = System.nanoTime();
                position += channel.write(bytes.clear(), position);
                channel.force(false);
                latencies.add(System.nanoTime() - before);
                events += group;
            }
        }
        Files.delete(file);
        return result(events, System.nanoTime() - begun, latencies);
    }

    /** Persists the next event as soon as the last one is stored. */
    private static final class Writer extends EventSourcedBehavior<Long, String, Long> {
        private final String event;
        private final long until;
        private final ConcurrentLinkedQueue<Long> latencies;
        private final AtomicLong events;
        private final CountDownLatch ended;
        private final ActorRef<Long> self;

        static Behavior<Long> create(
                String id, long until, ConcurrentLinkedQueue<Long> latencies, AtomicLong events, CountDownLatch ended) {
            return Behaviors.setup(context -> new Writer(id, context.getSelf(), until, latencies, events, ended));
        }

        private Writer(
                String id,
                ActorRef<Long> self,
                long until,
                ConcurrentLinkedQueue<Long> latencies,
                AtomicLong events,
                CountDownLatch ended) {
            super(PersistenceId.ofUniqueId(id));
            this.event = "x".repeat(EVENT_BYTES);
            this.self = self;
            this.until = until;
            this.latencies = latencies;
            this.events = events;
            this.ended = ended;
        }

        @Override
        public Long emptyState() {
            return 0L;
        }

        @Override
        public CommandHandler<Long, String, Long> commandHandler() {
            return newCommandHandlerBuilder()
                    .forAnyState()
                    .onAnyCommand((state, begun) -> Effect().persist(event).thenRun((Long stored) -> {
                        long now = System.nanoTime();
                        events.incrementAndGet();
                        if (stored % 8 == 0) {
                            latencies.add(now - begun);
                        }
                        if (now >= until) {
                            ended.countDown();
                        } else {
                            self.tell(now);
                        }
                    }));
        }

        @Override
        public EventHandler<Long, String> eventHandler() {
            return (state, stored) -> state + 1;
        }
    }

    private static Result actors(int writers, Config journal) throws Exception {
        ActorTestKit kit = ActorTestKit.create(
                "bench",
                ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(journal)
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
        try {
            // The first of two runs warms up.
            spawn(kit, "warm", writers);
            return spawn(kit, "id", writers);
        } finally {
            kit.shutdownTestKit();
        }
    }

    private static Result spawn(ActorTestKit kit, String name, int writers) throws Exception {
        ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
        AtomicLong events = new AtomicLong();
        CountDownLatch ended = new CountDownLatch(writers);
        long begun = System.nanoTime();
        for (int writer = 0; writer < writers; writer++) {
            kit.spawn(Writer.create(name + "-" + writer, begun + RUN.toNanos(), latencies, events, ended))
                    .tell(System.nanoTime());
        }
        if (!ended.await(RUN.toSeconds() + 30, TimeUnit.SECONDS)) {
            throw new IOException("some of the " + writers + " writers did not end");
        }
        return result(events.get(), System.nanoTime() - begun, latencies);
    }

    private static Result result(long events, long nanos, ConcurrentLinkedQueue<Long> latencies) {
        List<Long> sorted = new ArrayList<>(latencies);
        sorted.sort(Comparator.naturalOrder());
        return new Result(events / (nanos / 1e9), at(sorted, 0.5), at(sorted, 0.99));
    }

    private static double at(List<Long> sorted, double share) {
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) (sorted.size() * share)) / 1000.0;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
