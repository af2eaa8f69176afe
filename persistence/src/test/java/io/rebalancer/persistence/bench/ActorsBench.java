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

/** Persistent actors on a journal: each stores an event of 300 bytes, and the next as soon as that is stored. */
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
        long begun = System.nanoTime();
        long until = begun + Figures.run().toNanos();
        for (int writer = 0; writer < writers; writer++) {
            kit.spawn(Writer.create(name + "-" + writer, until, figures, ended)).tell(System.nanoTime());
        }
        await(ended, writers + " writers");
        return figures.result(System.nanoTime() - begun);
    }

    private static void await(CountDownLatch ended, String who) throws Exception {
        if (!ended.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(who + " did not end");
        }
    }

    @Override
    public void close() {
        ActorTestKit.shutdown(kit.system(), TIMEOUT);
    }

    private static final class Writer extends EventSourcedBehavior<Long, String, Long> {
        private final String event = "x".repeat(Figures.EVENT_BYTES);
        private final long until;
        private final Figures figures;
        private final CountDownLatch ended;
        private final ActorRef<Long> self;

        static Behavior<Long> create(String id, long until, Figures figures, CountDownLatch ended) {
            return Behaviors.setup(context -> new Writer(id, context.getSelf(), until, figures, ended));
        }

        private Writer(String id, ActorRef<Long> self, long until, Figures figures, CountDownLatch ended) {
            super(PersistenceId.ofUniqueId(id));
            this.self = self;
            this.until = until;
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
                    .onAnyCommand((state, begun) -> Effect().persist(event).thenRun((Long stored) -> {
                        long now = System.nanoTime();
                        figures.stored(stored, now - begun);
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

    /** Stores so many events of one id, many at a time. */
    void fill(String id, int events) throws Exception {
        CountDownLatch filled = new CountDownLatch(events / REPLAY_BATCH);
        ActorRef<Boolean> keeper = kit.spawn(Keeper.create(id, filled, new CountDownLatch(1)));
        for (int i = 0; i < events / REPLAY_BATCH; i++) {
            keeper.tell(true);
        }
        await(filled, "the filling of " + id);
        kit.stop(keeper, TIMEOUT);
    }

    /** How long an actor takes to read its events back, in seconds. */
    double replay(String id) throws Exception {
        CountDownLatch recovered = new CountDownLatch(1);
        long begun = System.nanoTime();
        ActorRef<Boolean> keeper = kit.spawn(Keeper.create(id, new CountDownLatch(0), recovered));
        await(recovered, "the replay of " + id);
        double seconds = (System.nanoTime() - begun) / 1e9;
        kit.stop(keeper, TIMEOUT);
        return seconds;
    }

    /** Stores a batch for each message. */
    private static final class Keeper extends EventSourcedBehavior<Boolean, String, Long> {
        private final CountDownLatch stored;
        private final CountDownLatch recovered;

        static Behavior<Boolean> create(String id, CountDownLatch stored, CountDownLatch recovered) {
            return Behaviors.setup(context -> new Keeper(id, stored, recovered));
        }

        private Keeper(String id, CountDownLatch stored, CountDownLatch recovered) {
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
