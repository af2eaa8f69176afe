package io.rebalancer.persistence.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.persistence.bench.Figures.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** Persistent actors on a journal. Each stores events of 300 bytes, the next as soon as the previous one is stored. */
final class ActorsBench implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final int REPLAY_BATCH = 500;

    private final ActorTestKit kit;

    ActorsBench(Config journal) {
        kit = ActorTestKit.create(
                "bench",
                journal.withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
    }

    ActorTestKit kit() {
        return kit;
    }

    Result run(String name, int writers) throws Exception {
        Figures figures = new Figures();
        CountDownLatch ended = new CountDownLatch(writers);
        long startNanos = System.nanoTime();
        long endNanos = startNanos + Figures.runTime().toNanos();
        for (int writer = 0; writer < writers; writer++) {
            kit.spawn(Writer.create(name + "-" + writer, endNanos, figures, ended))
                    .tell(System.nanoTime());
        }
        await(ended, writers + " writers");
        return figures.result(System.nanoTime() - startNanos);
    }

    private static void await(CountDownLatch ended, String subject) throws Exception {
        if (!ended.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(subject + " did not finish");
        }
    }

    @Override
    public void close() {
        ActorTestKit.shutdown(kit.system(), TIMEOUT);
    }

    private static final class Writer extends EventSourcedBehavior<Long, String, Long> {
        private final String event = "x".repeat(Figures.EVENT_BYTES);
        private final long endNanos;
        private final Figures figures;
        private final CountDownLatch ended;
        private final ActorRef<Long> self;

        static Behavior<Long> create(String id, long endNanos, Figures figures, CountDownLatch ended) {
            return Behaviors.setup(context -> new Writer(id, context.getSelf(), endNanos, figures, ended));
        }

        private Writer(String id, ActorRef<Long> self, long endNanos, Figures figures, CountDownLatch ended) {
            super(PersistenceId.ofUniqueId(id));
            this.self = self;
            this.endNanos = endNanos;
            this.figures = figures;
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
                    .onAnyCommand((state, submittedNanos) -> Effect()
                            .persist(event)
                            .thenRun((Long stored) -> {
                                long nowNanos = System.nanoTime();
                                figures.stored(stored, nowNanos - submittedNanos);
                                if (nowNanos >= endNanos) {
                                    ended.countDown();
                                } else {
                                    self.tell(nowNanos);
                                }
                            }));
        }

        @Override
        public EventHandler<Long, String> eventHandler() {
            return (state, stored) -> state + 1;
        }
    }

    /** Stores events of one id in batches. */
    void fill(String id, int events) throws Exception {
        CountDownLatch filled = new CountDownLatch(events / REPLAY_BATCH);
        ActorRef<Boolean> batchWriter = kit.spawn(BatchWriter.create(id, filled, new CountDownLatch(1)));
        for (int i = 0; i < events / REPLAY_BATCH; i++) {
            batchWriter.tell(true);
        }
        await(filled, "the filling of " + id);
        kit.stop(batchWriter, TIMEOUT);
    }

    /** How long an actor takes to replay its events, in seconds. */
    double replay(String id) throws Exception {
        CountDownLatch recovered = new CountDownLatch(1);
        long startNanos = System.nanoTime();
        ActorRef<Boolean> batchWriter = kit.spawn(BatchWriter.create(id, new CountDownLatch(0), recovered));
        await(recovered, "the replay of " + id);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        kit.stop(batchWriter, TIMEOUT);
        return seconds;
    }

    /** Stores a batch of events for each message. */
    private static final class BatchWriter extends EventSourcedBehavior<Boolean, String, Long> {
        private final CountDownLatch stored;
        private final CountDownLatch recovered;

        static Behavior<Boolean> create(String id, CountDownLatch stored, CountDownLatch recovered) {
            return Behaviors.setup(context -> new BatchWriter(id, stored, recovered));
        }

        private BatchWriter(String id, CountDownLatch stored, CountDownLatch recovered) {
            super(PersistenceId.ofUniqueId(id));
            this.stored = stored;
            this.recovered = recovered;
        }

        @Override
        public Long emptyState() {
            return 0L;
        }

        @Override
        public CommandHandler<Boolean, String, Long> commandHandler() {
            List<String> batch = new ArrayList<>();
            for (int i = 0; i < REPLAY_BATCH; i++) {
                batch.add("x".repeat(Figures.EVENT_BYTES));
            }
            return newCommandHandlerBuilder()
                    .forAnyState()
                    .onAnyCommand((state, more) -> Effect().persist(batch).thenRun((Long now) -> stored.countDown()));
        }

        @Override
        public EventHandler<Long, String> eventHandler() {
            return (state, event) -> state + 1;
        }

        @Override
        public SignalHandler<Long> signalHandler() {
            return newSignalHandlerBuilder()
                    .onSignal(RecoveryCompleted.class, (state, signal) -> recovered.countDown())
                    .build();
        }
    }
}
