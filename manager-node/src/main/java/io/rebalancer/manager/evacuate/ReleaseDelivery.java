package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.agents.AgentGateway;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Releases ended assignments, and repeats each release until the agent has acknowledged it. Acknowledgements are gathered,
 * so that one event stores several.
 */
final class ReleaseDelivery {
    private static final int GATHERED = 25;

    private final AgentGateway agents;
    private final Supplier<EvacuateSettings> settings;
    private final Clock clock;
    private final ActorRef<JobMessage> job;
    private final Map<UUID, Instant> since = new HashMap<>();
    private final Set<UUID> acknowledged = new LinkedHashSet<>();

    ReleaseDelivery(AgentGateway agents, Supplier<EvacuateSettings> settings, Clock clock, ActorRef<JobMessage> job) {
        this.agents = agents;
        this.settings = settings;
        this.clock = clock;
        this.job = job;
    }

    /**
     * Sends the release, unless its acknowledgement only waits to be stored. Returns the command to carry out instead if
     * the agent can't discard copies, or has not answered for too long.
     */
    Optional<JobCommand> release(FencingToken token, PendingRelease release) {
        UUID id = release.assignmentId();
        if (acknowledged.contains(id)) {
            return Optional.empty();
        }
        if (!release.unwanted().isEmpty() && !agents.canDiscard(release.node(), id)) {
            return Optional.of(new JobCommand.OrphanCopies(
                    id,
                    "the agent of " + release.node()
                            + " supports only the legacy HTTP API, which can't discard copies"));
        }
        Duration timeout = settings.get().timeouts().release();
        Instant now = clock.instant();
        Duration waited = Duration.between(since.computeIfAbsent(id, first -> now), now);
        if (waited.compareTo(timeout) >= 0) {
            return Optional.of(new JobCommand.AbandonRelease(
                    id, "the agent of " + release.node() + " has not acknowledged the release for " + timeout));
        }
        agents.release(token, release, job);
        return Optional.empty();
    }

    /** The agents that have not acknowledged a release, each once, since the first of its releases. */
    List<JobWait> waits(Collection<PendingRelease> pending) {
        Map<StorageNodeId, List<PendingRelease>> byNode = pending.stream()
                .filter(each -> since.containsKey(each.assignmentId()) && !acknowledged.contains(each.assignmentId()))
                .collect(Collectors.groupingBy(PendingRelease::node));
        return byNode.entrySet().stream()
                .map(each -> wait(each.getKey(), each.getValue()))
                .toList();
    }

    private JobWait wait(StorageNodeId node, List<PendingRelease> releases) {
        Instant now = clock.instant();
        Instant first = releases.stream()
                .map(each -> since.getOrDefault(each.assignmentId(), now))
                .min(Comparator.naturalOrder())
                .orElse(now);
        return new JobWait(
                JobWait.Cause.RELEASE,
                first,
                Optional.of(first.plus(settings.get().timeouts().release())),
                "the agent of " + node + " has not acknowledged that " + releases.size()
                        + (releases.size() == 1 ? " assignment has ended" : " assignments have ended"));
    }

    /** Returns whether enough acknowledgements are gathered to store them now. */
    boolean markAcknowledged(UUID assignmentId) {
        acknowledged.add(assignmentId);
        return acknowledged.size() >= GATHERED;
    }

    /** The acknowledgements that are not stored yet. */
    List<UUID> gathered() {
        return List.copyOf(acknowledged);
    }

    /** The release is stored, so nothing is kept for the assignment any more. */
    void forget(UUID assignmentId) {
        acknowledged.remove(assignmentId);
        since.remove(assignmentId);
        agents.forget(assignmentId);
    }
}
