package io.rebalancer.manager.plan;

import io.rebalancer.core.plan.PlanSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** The plans of the registry: a few that are being computed, and the last that have ended, for a day. Not thread-safe. */
final class KeptPlans {
    static final int MAX_RUNNING = 2;
    static final int MAX_ENDED = 20;
    static final Duration KEEP_FOR = Duration.ofHours(24);

    /** In the order of their creation. */
    private final Map<UUID, KeptPlan> plans = new LinkedHashMap<>();

    boolean mayBegin() {
        return running() < MAX_RUNNING;
    }

    int running() {
        return (int) plans.values().stream().filter(KeptPlan::isRunning).count();
    }

    int size() {
        return plans.size();
    }

    Optional<KeptPlan> find(UUID id) {
        return Optional.ofNullable(plans.get(id));
    }

    void add(KeptPlan plan) {
        plans.put(plan.id(), plan);
    }

    /** Changes a plan that is being computed. Does nothing to another plan: the message that orders the change is late. */
    void change(UUID id, UnaryOperator<KeptPlan> change) {
        plans.computeIfPresent(id, (same, plan) -> plan.isRunning() ? change.apply(plan) : plan);
    }

    void remove(UUID id) {
        plans.remove(id);
    }

    /** Forgets the plans that ended long ago, and the oldest of too many. */
    void forgetOld(Instant now) {
        plans.values()
                .removeIf(plan -> plan.endedAt()
                        .filter(ended -> !ended.plus(KEEP_FOR).isAfter(now))
                        .isPresent());
        List<UUID> ended = plans.values().stream()
                .filter(plan -> !plan.isRunning())
                .map(KeptPlan::id)
                .toList();
        ended.stream().limit(Math.max(0, ended.size() - MAX_ENDED)).forEach(plans::remove);
    }

    /** The newest first. */
    List<PlanSummary> summaries() {
        List<PlanSummary> summaries = new ArrayList<>();
        plans.values().forEach(plan -> summaries.add(plan.report(KEEP_FOR).summary()));
        Collections.reverse(summaries);
        return summaries;
    }
}
