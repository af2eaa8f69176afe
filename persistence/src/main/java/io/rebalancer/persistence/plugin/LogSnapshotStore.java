package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import io.rebalancer.cluster.async.BlockingExecutor;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;

/** Pekko's snapshot store: one file with a checksum for each snapshot, beside the log. */
public final class LogSnapshotStore extends SnapshotStore {
    private final SnapshotFiles files;
    private final BlockingExecutor blocking;

    /** Called by Pekko. */
    public LogSnapshotStore(Config config) {
        LogExtension extension = LogExtension.get(context().system());
        this.files = SnapshotFiles.of(extension, context().system());
        this.blocking =
                new BlockingExecutor(context().system().dispatchers().lookup(config.getString("blocking-dispatcher")));
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return Futures.toScala(blocking.run(() -> files.load(persistenceId, criteria)));
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        return Futures.toScala(run(() -> files.save(metadata, snapshot)));
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return Futures.toScala(run(() -> files.delete(metadata)));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return Futures.toScala(run(() -> files.delete(persistenceId, criteria)));
    }

    private interface FileOperation {
        void run() throws IOException;
    }

    private CompletionStage<@Nullable Void> run(FileOperation operation) {
        return blocking.run(() -> {
                    operation.run();
                    return Done.getInstance();
                })
                .thenApply(done -> null);
    }
}
