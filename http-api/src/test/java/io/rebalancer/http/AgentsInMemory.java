package io.rebalancer.http;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.FleetAgents;
import io.rebalancer.core.port.HeldAssignments;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Every storage node has the same agent, which holds three assignments: copies of {@link #UNFINISHED} are in progress. */
public final class AgentsInMemory implements FleetAgents, AgentControl, HeldAssignments {
    public static final CopyLimits INITIAL = new CopyLimits(0, 1_000, 32, 16, 1_024, 95);
    public static final UUID UNFINISHED = new UUID(0, 5);
    /** The example of the contract. */
    private static final UUID FINISHED = UUID.fromString("88888888-8888-4888-8888-888888888888");

    private static final UUID JOB = new UUID(0, 9);
    private static final List<Line> LINES = List.of(
            new Line(UNFINISHED, JOB, 3, 1, 0),
            new Line(new UUID(0, 6), JOB, 2, 2, 1),
            new Line(FINISHED, JOB, 1, 1, 0));

    public volatile CopyLimits limits = INITIAL;
    public volatile CopyGate gate = CopyGate.OPEN;
    /** Operations in progress that change the disk. */
    public volatile int busy;
    /** Why the agent does not carry requests out; empty if it does. */
    public volatile Optional<AgentUnavailable> failure = Optional.empty();

    /** The agent as it is at first. */
    public void reset() {
        limits = INITIAL;
        gate = CopyGate.OPEN;
        busy = 0;
        failure = Optional.empty();
    }

    @Override
    public AgentControl control(StorageNodeId node) {
        return this;
    }

    @Override
    public HeldAssignments held(StorageNodeId node) {
        return this;
    }

    private <T> CompletionStage<T> carryOut(Supplier<T> request) {
        return failure.<CompletionStage<T>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> CompletableFuture.completedFuture(0).thenApply(now -> request.get()));
    }

    @Override
    public CompletionStage<AgentStatus> status() {
        return carryOut(() -> new AgentStatus(
                "1.stor.d",
                "flushed",
                gate,
                limits,
                8,
                3,
                2,
                busy,
                1L << 40,
                List.of(new Source("2.stor.d", 3, 2, 1, false)),
                0));
    }

    @Override
    public CompletionStage<CopyLimits> change(LimitsChange change) {
        return carryOut(() -> {
            try {
                limits = change.applyTo(limits);
            } catch (IllegalArgumentException e) {
                throw new LimitsRefused(String.valueOf(e.getMessage()));
            }
            ApiServer.performed.incrementAndGet();
            return limits;
        });
    }

    @Override
    public CompletionStage<GateStatus> setGate(CopyGate chosen) {
        return carryOut(() -> {
            gate = chosen;
            ApiServer.performed.incrementAndGet();
            return new GateStatus(chosen, busy == 0, busy);
        });
    }

    @Override
    public CompletionStage<HeldPage> list(Optional<UUID> after, int limit) {
        return carryOut(() -> {
            List<Line> following = LINES.stream()
                    .skip(after.map(id -> LINES.stream().map(Line::id).toList().indexOf(id) + 1)
                            .orElse(0))
                    .toList();
            return new HeldPage(following.stream().limit(limit).toList(), following.size() > limit);
        });
    }

    @Override
    public CompletionStage<Drop> drop(UUID assignmentId, boolean force) {
        return carryOut(() -> {
            if (LINES.stream().noneMatch(line -> line.id().equals(assignmentId))) {
                return Drop.UNKNOWN;
            }
            if (assignmentId.equals(UNFINISHED) && !force) {
                return Drop.IN_PROGRESS;
            }
            ApiServer.performed.incrementAndGet();
            return Drop.DROPPED;
        });
    }
}
