package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.FencingToken;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The part of a storage agent's state that survives a restart.
 *
 * @param held assignments that are accepted and not released; bounded by the agent's admission limit
 * @param epochs highest epoch of each job that gave orders, for at most {@link #MAX_EPOCHS} jobs. The job whose epoch
 *     was raised the longest time ago is forgotten first, and with it whether it is paused.
 */
public record AgentState(Map<UUID, HeldAssignment> held, Map<UUID, KnownEpoch> epochs) {
    /** Far more than the number of jobs that give orders at the same time. */
    public static final int MAX_EPOCHS = 1000;

    public static final AgentState EMPTY = new AgentState(Map.of(), Map.of());

    public AgentState {
        held = Map.copyOf(held);
        epochs = Map.copyOf(epochs);
    }

    /** The held assignment with this id. */
    public Optional<HeldAssignment> held(UUID assignmentId) {
        return Optional.ofNullable(held.get(assignmentId));
    }

    /** The known epoch that fences orders with {@code token}, if a later incarnation of the job has given orders. */
    public Optional<Long> fencingEpoch(FencingToken token) {
        return known(token.jobId()).map(KnownEpoch::epoch).filter(known -> known > token.epoch());
    }

    /**
     * Whether a release needs no fence: all copies have ended, and no file is to be removed. An earlier incarnation does no
     * harm with it, because the current one that misses the assignment gives it again and the agent finds the files.
     *
     * @param unwanted objects whose copies the release removes
     */
    public boolean mayReleaseWithoutFence(UUID assignmentId, Collection<UUID> unwanted) {
        return unwanted.isEmpty()
                && held(assignmentId).filter(HeldAssignment::finished).isPresent();
    }

    /** The event to store before the agent carries out an order with {@code token}; empty if its epoch is known. */
    public Optional<AgentEvent> raiseEpoch(FencingToken token, Instant now) {
        KnownEpoch known = epochs.get(token.jobId());
        return known != null && known.epoch() >= token.epoch()
                ? Optional.empty()
                : Optional.of(new AgentEvent.JobEpochRaised(token.jobId(), token.epoch(), now));
    }

    /** Whether nothing may be written for a job now. */
    public boolean isPaused(UUID jobId) {
        return known(jobId).flatMap(KnownEpoch::pausedAt).isPresent();
    }

    /** Whether an assignment with {@code token} must not be carried out: its job was paused by the same incarnation. */
    public boolean isPausedFor(FencingToken token) {
        return known(token.jobId())
                .filter(known -> known.isPausedFor(token.epoch()))
                .isPresent();
    }

    /** The event to store before the agent confirms the pause that {@code token} orders; empty if it is stored. */
    public Optional<AgentEvent> pause(FencingToken token) {
        return isPausedFor(token)
                ? Optional.empty()
                : Optional.of(new AgentEvent.JobPaused(token.jobId(), token.epoch()));
    }

    /** The event to store before an assignment of a job is carried out; empty if the job is not paused. */
    public Optional<AgentEvent> continueJob(UUID jobId) {
        return isPaused(jobId) ? Optional.of(new AgentEvent.JobContinued(jobId)) : Optional.empty();
    }

    private Optional<KnownEpoch> known(UUID jobId) {
        return Optional.ofNullable(epochs.get(jobId));
    }

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public AgentState apply(AgentEvent event) {
        if (event instanceof AgentEvent.JobEpochRaised e) {
            return new AgentState(held, raised(e));
        }
        if (event instanceof AgentEvent.JobPaused e) {
            return withKnown(e.jobId(), known -> known.paused(e.epoch()));
        }
        if (event instanceof AgentEvent.JobContinued e) {
            return withKnown(e.jobId(), KnownEpoch::continued);
        }
        Map<UUID, HeldAssignment> next = new HashMap<>(held);
        if (event instanceof AgentEvent.AssignmentAccepted e) {
            next.putIfAbsent(e.assignment().id(), new HeldAssignment(e.jobId(), e.assignment(), Map.of()));
        } else if (event instanceof AgentEvent.TasksFinished e) {
            if (next.computeIfPresent(e.assignmentId(), (id, each) -> each.withResults(e.results())) != null) {
                next.replaceAll((id, each) -> id.equals(e.assignmentId()) ? each : each.sharing(e.results()));
            }
        } else if (event instanceof AgentEvent.AssignmentReleased e) {
            next.remove(e.assignmentId());
        } else {
            throw new AssertionError("event without a rule: " + event.getClass().getName());
        }
        return new AgentState(next, epochs);
    }

    private AgentState withKnown(UUID jobId, UnaryOperator<KnownEpoch> change) {
        Map<UUID, KnownEpoch> next = new HashMap<>(epochs);
        next.computeIfPresent(jobId, (id, known) -> change.apply(known));
        return new AgentState(held, next);
    }

    private Map<UUID, KnownEpoch> raised(AgentEvent.JobEpochRaised e) {
        Map<UUID, KnownEpoch> next = new HashMap<>(epochs);
        next.put(
                e.jobId(),
                known(e.jobId())
                        .map(known -> known.raisedTo(e.epoch(), e.at()))
                        .orElseGet(() -> new KnownEpoch(e.epoch(), e.at(), Optional.empty())));
        if (next.size() > MAX_EPOCHS) {
            next.entrySet().stream()
                    .min(Comparator.comparing(each -> each.getValue().since()))
                    .ifPresent(oldest -> next.remove(oldest.getKey()));
        }
        return next;
    }
}
