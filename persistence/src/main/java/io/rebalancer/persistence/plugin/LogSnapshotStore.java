package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;

/** Pekko's snapshot store: one checked file for each snapshot, beside the log. */
public final class LogSnapshotStore extends SnapshotStore {
    private final SnapshotFiles files;
    private final Executor blocking;

    /** Made by Pekko. */
    public LogSnapshotStore(Config config) {
        LogExtension extension = LogExtension.get(context().system());
        this.files = new SnapshotFiles(
                extension.directory().resolve("snapshots"),
                context().system(),
                id -> extension.log().deletedTo(id));
        this.blocking = context().system().dispatchers().lookup(config.getString("blocking-dispatcher"));
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return Futures.scala(run(() -> files.load(persistenceId, criteria)));
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        return Futures.scala(done(() -> files.save(metadata, snapshot)));
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return Futures.scala(done(() -> files.delete(metadata)));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return Futures.scala(done(() -> files.delete(persistenceId, criteria)));
    }

    private interface Work {
        void run() throws IOException;
    }

    private CompletionStage<@Nullable Void> done(Work work) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e.getMessage(), e);
                    }
                },
                blocking);
    }

    private <T> CompletionStage<T> run(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e.getMessage(), e);
                    } catch (Exception e) {
                        throw new IllegalStateException(e.getMessage(), e);
                    }
                },
                blocking);
    }
}
