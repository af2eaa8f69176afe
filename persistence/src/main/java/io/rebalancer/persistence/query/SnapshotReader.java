package io.rebalancer.persistence.query;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import scala.jdk.javaapi.OptionConverters;

/**
 * Reads snapshots without recovering their entity. Pekko has no query for snapshots, so this class sends the plugin the
 * message that a recovering entity sends.
 */
final class SnapshotReader implements BiFunction<String, Long, CompletionStage<Optional<StoredSnapshot>>> {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ActorSystem<?> system;

    SnapshotReader(ActorSystem<?> system) {
        this.system = system;
    }

    @Override
    public CompletionStage<Optional<StoredSnapshot>> apply(String persistenceId, Long to) {
        ActorRef store = Persistence.get(system.classicSystem()).snapshotStoreFor("", ConfigFactory.empty());
        SnapshotProtocol.LoadSnapshot load = new SnapshotProtocol.LoadSnapshot(
                persistenceId, SnapshotSelectionCriteria.create(to, Long.MAX_VALUE), to);
        return Patterns.ask(store, load, TIMEOUT).thenApply(SnapshotReader::found);
    }

    private static Optional<StoredSnapshot> found(Object reply) {
        if (reply instanceof SnapshotProtocol.LoadSnapshotFailed failed) {
            throw new IllegalStateException("the snapshot can't be read", failed.cause());
        }
        Optional<SelectedSnapshot> snapshot =
                OptionConverters.toJava(((SnapshotProtocol.LoadSnapshotResult) reply).snapshot());
        return snapshot.map(each -> new StoredSnapshot(each.metadata().sequenceNr(), each.snapshot()));
    }
}
