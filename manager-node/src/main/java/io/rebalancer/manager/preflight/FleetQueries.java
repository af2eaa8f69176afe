package io.rebalancer.manager.preflight;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Asks for the storage nodes and for what is promised on them. Changes neither. */
public final class FleetQueries {
    private final ActorSystem<?> system;
    private final ActorRef<StorageNodeDirectory.Command> directory;
    private final ActorRef<SpaceMessage> spaceBroker;
    private final Duration timeout;

    /** @param timeout of each question */
    public FleetQueries(
            ActorSystem<?> system,
            ActorRef<StorageNodeDirectory.Command> directory,
            ActorRef<SpaceMessage> spaceBroker,
            Duration timeout) {
        this.system = system;
        this.directory = directory;
        this.spaceBroker = spaceBroker;
        this.timeout = timeout;
    }

    /** The storage nodes; fails with {@link NoAnswer} while this manager does not know them. */
    public CompletionStage<DestinationCandidates> nodes() {
        return AskPattern.<StorageNodeDirectory.Command, DestinationCandidates>ask(
                        directory, StorageNodeDirectory.GetCandidates::new, timeout, system.scheduler())
                .thenApply(candidates -> {
                    if (!candidates.known()) {
                        throw new NoAnswer("storinfo or the job registry has not replied to this manager yet");
                    }
                    return candidates;
                });
    }

    /** The promises of all jobs, by node. */
    CompletionStage<Map<StorageNodeId, NodePromise>> promises() {
        return space().thenApply(status ->
                status.promises().stream().collect(Collectors.toMap(NodePromise::node, Function.identity())));
    }

    /**
     * The promises of all jobs, and the penalties. A job without leases announces that it has none: the broker replies with its
     * books and keeps only the job's id, for a few seconds.
     */
    public CompletionStage<SpaceMessage.SpaceStatus> space() {
        FencingToken token = new FencingToken(UUID.randomUUID(), 1);
        return AskPattern.<SpaceMessage, SpaceMessage.BrokerReply>ask(
                        spaceBroker,
                        replyTo -> new SpaceMessage.AnnounceLeases(token, List.of(), List.of(), replyTo),
                        timeout,
                        system.scheduler())
                .thenApply(reply -> (SpaceMessage.SpaceStatus) reply);
    }
}
