package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import io.rebalancer.persistence.log.EventLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/** Pekko's journal over the log. A write is acknowledged when it is durable; what can't be serialized is rejected. */
public final class LogJournal extends AsyncWriteJournal {
    private static final long REPLAY_AT_A_TIME = 1000;

    private final EventLog log;
    private final EventCodec codec;
    private final Executor blocking;

    /** Made by Pekko. */
    public LogJournal(Config config) {
        this.log = LogExtension.get(context().system()).log();
        this.codec = new EventCodec(context().system());
        this.blocking = context().system().dispatchers().lookup(config.getString("reading-dispatcher"));
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> writes) {
        List<AtomicWrite> all = new ArrayList<>();
        writes.forEach(all::add);
        WriteResults answers = new WriteResults(all.size());
        for (int i = 0; i < all.size(); i++) {
            store(all.get(i), i, answers);
        }
        return answers.told();
    }

    private void store(AtomicWrite write, int number, WriteResults answers) {
        List<byte[]> events = new ArrayList<>(write.size());
        try {
            for (PersistentRepr repr : CollectionConverters.asJava(write.payload())) {
                events.add(codec.encode(repr));
            }
        } catch (Exception e) {
            // Serializers written in Scala throw checked exceptions that no signature names.
            answers.rejected(number, e);
            return;
        }
        log.append(write.persistenceId(), write.lowestSequenceNr(), events).whenComplete((offset, failure) -> {
            if (failure == null) {
                answers.stored();
            } else {
                answers.failed(number, failure);
            }
        });
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        CompletionStage<@Nullable Void> done =
                log.deleteTo(persistenceId, toSequenceNr).thenApply(ended -> null);
        return Futures.scala(done);
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long most, Consumer<PersistentRepr> replay) {
        CompletionStage<@Nullable Void> done = CompletableFuture.runAsync(
                () -> {
                    try {
                        replay(persistenceId, from, to, most, replay);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e.getMessage(), e);
                    }
                },
                blocking);
        return Futures.scala(done);
    }

    private void replay(String persistenceId, long from, long to, long most, Consumer<PersistentRepr> replay)
            throws IOException {
        long next = from;
        long left = most;
        while (left > 0 && next <= to) {
            List<EventLog.Stored> events = log.read(persistenceId, next, to, Math.min(left, REPLAY_AT_A_TIME));
            if (events.isEmpty()) {
                return;
            }
            for (EventLog.Stored stored : events) {
                replay.accept(codec.decode(persistenceId, stored.sequenceNr(), stored.event()));
            }
            left -= events.size();
            next = events.get(events.size() - 1).sequenceNr() + 1;
        }
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
        return Futures.scala(log.highestSequenceNr(persistenceId));
    }
}
