package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
    private final LogMetrics metrics;

    /** Made by Pekko. */
    public LogJournal(Config config) {
        this.log = LogExtension.get(context().system()).log();
        this.metrics = new LogMetrics(log);
        this.codec = new EventCodec(context().system());
        this.blocking = context().system().dispatchers().lookup(config.getString("reading-dispatcher"));
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> writes) {
        List<CompletableFuture<Optional<Exception>>> answers = new ArrayList<>();
        for (AtomicWrite write : writes) {
            answers.add(store(write).toCompletableFuture());
        }
        return Futures.scala(CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList()));
    }

    private CompletionStage<Optional<Exception>> store(AtomicWrite write) {
        List<byte[]> events = new ArrayList<>();
        try {
            for (PersistentRepr repr : CollectionConverters.asJava(write.payload())) {
                events.add(codec.encode(repr));
            }
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Optional.of(e));
        }
        return metrics.timed(log.append(write.persistenceId(), write.lowestSequenceNr(), events))
                .handle((offset, failure) -> answer(failure));
    }

    /** Only what is certain not to be stored may be rejected; any other failure leaves its writer in doubt. */
    private static Optional<Exception> answer(@Nullable Throwable failure) {
        if (failure == null) {
            return Optional.empty();
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof LogException known && known.kind() == LogException.Kind.REFUSED) {
            return Optional.of(known);
        }
        throw new CompletionException(cause);
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
                replay.accept(codec.decode(persistenceId, stored.sequenceNr(), stored.event())
                        .event());
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
