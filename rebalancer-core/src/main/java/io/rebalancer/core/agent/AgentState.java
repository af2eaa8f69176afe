package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.FencingToken;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a storage agent remembers over a restart.
 *
 * @param held assignments accepted and not released; bounded by the agent's admission limit
 * @param epochs highest epoch of each job that gave orders, of at most {@link #MAX_EPOCHS} jobs: those heard of longest
 *     ago are forgotten
 */
public record AgentState(Map<UUID, HeldAssignment> held, Map<UUID, KnownEpoch> epochs) {
    /** Far more than the jobs that give orders at a time. */
    public static final int MAX_EPOCHS = 1000;

    public static final AgentState EMPTY = new AgentState(Map.of(), Map.of());

    public AgentState {
        held = Map.copyOf(held);
        epochs = Map.copyOf(epochs);
    }

    /** The assignment with that id, if it is held. */
    public Optional<HeldAssignment> held(UUID assignmentId) {
        return Optional.ofNullable(held.get(assignmentId));
    }

    /** The epoch that fences these orders off, if a later incarnation of the job has given orders already. */
    public Optional<Long> fences(FencingToken token) {
        return Optional.ofNullable(epochs.get(token.jobId()))
                .map(KnownEpoch::epoch)
                .filter(known -> known > token.epoch());
    }

    /** What is to be stored before an order with this token is carried out. */
    public Optional<AgentEvent> heardOf(FencingToken token, Instant now) {
        KnownEpoch known = epochs.get(token.jobId());
        return known != null && known.epoch() >= token.epoch()
                ? Optional.empty()
                : Optional.of(new AgentEvent.JobEpochRaised(token.jobId(), token.epoch(), now));
    }

    /** The state after {@code event}. Total and without side effects, because the journal replays it. */
    public AgentState apply(AgentEvent event) {
        if (event instanceof AgentEvent.JobEpochRaised e) {
            return new AgentState(held, raised(e));
        }
        Map<UUID, HeldAssignment> next = new HashMap<>(held);
        if (event instanceof AgentEvent.AssignmentAccepted e) {
            next.putIfAbsent(e.assignment().id(), new HeldAssignment(e.jobId(), e.assignment(), Map.of()));
        } else if (event instanceof AgentEvent.TasksFinished e) {
            next.computeIfPresent(e.assignmentId(), (id, each) -> {
                Map<UUID, TaskResult> results = new HashMap<>(each.results());
                e.results().forEach(result -> results.putIfAbsent(result.objectId(), result));
                return new HeldAssignment(each.jobId(), each.assignment(), results);
            });
        } else if (event instanceof AgentEvent.AssignmentReleased e) {
            next.remove(e.assignmentId());
        } else {
            throw new AssertionError("event without a rule: " + event.getClass().getName());
        }
        return new AgentState(next, epochs);
    }

    private Map<UUID, KnownEpoch> raised(AgentEvent.JobEpochRaised e) {
        Map<UUID, KnownEpoch> next = new HashMap<>(epochs);
        next.put(e.jobId(), new KnownEpoch(e.epoch(), e.at()));
        if (next.size() > MAX_EPOCHS) {
            next.entrySet().stream()
                    .min(Comparator.comparing(each -> each.getValue().since()))
                    .ifPresent(oldest -> next.remove(oldest.getKey()));
        }
        return next;
    }
}
