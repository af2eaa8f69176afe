package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.persistence.log.EventLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/** Pekko's journal on the log. A write is acknowledged when it is durable, and rejected if it can't be serialized. */
public final class LogJournal extends AsyncWriteJournal {
    private static final long REPLAY_PAGE_SIZE = 1000;

    private final EventLog log;
    private final EventCodec codec;
    private final BlockingExecutor blocking;

    /** Called by Pekko. */
    public LogJournal(Config config) {
        this.log = LogExtension.get(context().system()).log();
        this.codec = new EventCodec(context().system());
        this.blocking =
                new BlockingExecutor(context().system().dispatchers().lookup(config.getString("reading-dispatcher")));
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> writes) {
        List<AtomicWrite> writeList = new ArrayList<>();
        writes.forEach(writeList::add);
        WriteResults results = new WriteResults(writeList.size());
        for (int i = 0; i < writeList.size(); i++) {
            append(writeList.get(i), i, results);
        }
        return results.future();
    }

    private void append(AtomicWrite write, int number, WriteResults results) {
        List<byte[]> events = new ArrayList<>(write.size());
        try {
            for (PersistentRepr repr : CollectionConverters.asJava(write.payload())) {
                events.add(codec.encode(repr));
            }
        } catch (Exception e) {
            // Serializers in Scala may throw checked exceptions without declaring them.
            results.addRejected(number, e);
            return;
        }
        log.append(write.persistenceId(), write.lowestSequenceNr(), events).whenComplete((offset, failure) -> {
            if (failure == null) {
                results.addStored();
            } else {
                results.addFailed(number, failure);
            }
        });
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        CompletionStage<@Nullable Void> done =
                log.deleteTo(persistenceId, toSequenceNr).thenApply(deleted -> null);
        return Futures.toScala(done);
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long maxEvents, Consumer<PersistentRepr> consumer) {
        CompletionStage<@Nullable Void> done = blocking.run(() -> {
                    replay(persistenceId, from, to, maxEvents, consumer);
                    return Done.getInstance();
                })
                .thenApply(replayed -> null);
        return Futures.toScala(done);
    }

    private void replay(String persistenceId, long from, long to, long maxEvents, Consumer<PersistentRepr> consumer)
            throws IOException {
        long next = from;
        long remaining = maxEvents;
        while (remaining > 0 && next <= to) {
            List<EventLog.Event> events = log.read(persistenceId, next, to, Math.min(remaining, REPLAY_PAGE_SIZE));
            if (events.isEmpty()) {
                return;
            }
            for (EventLog.Event event : events) {
                consumer.accept(codec.decode(persistenceId, event.sequenceNr(), event.bytes()));
            }
            remaining -= events.size();
            next = events.get(events.size() - 1).sequenceNr() + 1;
        }
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
        return Futures.toScala(log.highestSequenceNr(persistenceId));
    }
}
