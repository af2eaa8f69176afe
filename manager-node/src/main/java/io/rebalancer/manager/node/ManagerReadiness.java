package io.rebalancer.manager.node;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.RegistryReply;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** A manager is ready when a job that is created now can start and can place an object. */
final class ManagerReadiness implements Readiness {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(3);

    private final ActorSystem<?> system;
    private final MetadataTier tier;
    private final ActorRef<StorageNodeDirectory.Command> directory;
    private final ActorRef<RegistryMessage> registry;

    ManagerReadiness(
            ActorSystem<?> system,
            MetadataTier tier,
            ActorRef<StorageNodeDirectory.Command> directory,
            ActorRef<RegistryMessage> registry) {
        this.system = system;
        this.tier = tier;
        this.directory = directory;
        this.registry = registry;
    }

    @Override
    public CompletionStage<List<String>> waitingFor() {
        if (!Cluster.get(system).selfMember().status().equals(MemberStatus.up())) {
            return CompletableFuture.completedFuture(List.of("this manager is not a member of the cluster yet"));
        }
        List<CompletionStage<Optional<String>>> checks = new ArrayList<>();
        checks.add(destinations());
        checks.add(registry());
        tier.shards().forEach(shard -> checks.add(metadataShard(shard)));
        CompletionStage<List<String>> all = CompletableFuture.completedFuture(List.of());
        for (CompletionStage<Optional<String>> check : checks) {
            all = all.thenCombine(check, ManagerReadiness::plus);
        }
        return all;
    }

    private static List<String> plus(List<String> found, Optional<String> more) {
        List<String> all = new ArrayList<>(found);
        more.ifPresent(all::add);
        return List.copyOf(all);
    }

    private CompletionStage<Optional<String>> destinations() {
        return AskPattern.<StorageNodeDirectory.Command, DestinationCandidates>ask(
                        directory, StorageNodeDirectory.GetCandidates::new, ASK_TIMEOUT, system.scheduler())
                .handle((candidates, failure) -> {
                    if (failure != null || !candidates.known()) {
                        return Optional.of("storinfo has not answered yet");
                    }
                    return candidates.reachable().isEmpty()
                            ? Optional.of("no agent of a listed storage node is reachable")
                            : Optional.empty();
                });
    }

    private CompletionStage<Optional<String>> registry() {
        return AskPattern.<RegistryMessage, RegistryReply>ask(
                        registry, RegistryMessage.ListJobs::new, ASK_TIMEOUT, system.scheduler())
                .handle((reply, failure) ->
                        failure == null ? Optional.empty() : Optional.of("the job registry does not reply"));
    }

    private CompletionStage<Optional<String>> metadataShard(int shard) {
        return tier.ping(shard)
                .toCompletableFuture()
                .orTimeout(ASK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .handle((pong, failure) -> failure == null
                        ? Optional.empty()
                        : Optional.of("metadata shard " + shard + " does not reply: "
                                + OneLine.of(Failures.rootCause(failure))));
    }
}
