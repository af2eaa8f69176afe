package io.rebalancer.core.legacy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Decides which assignments an agent takes over the legacy HTTP API, and which ended ones expire. */
public final class LegacyRules {

    private LegacyRules() {}

    /**
     * Why the agent can't take {@code tasks} further tasks now; empty if it can.
     *
     * @param tasks number of tasks, at most {@link LegacyLimits#maxTasks}
     */
    public static Optional<String> tooManyOpenTasks(LegacyState state, int tasks, LegacyLimits limits) {
        long open = state.openTasks();
        return open + tasks <= limits.maxOpenTasks()
                ? Optional.empty()
                : Optional.of("the agent has " + open + " open tasks and takes at most " + limits.maxOpenTasks()
                        + " (rebalancer.agent.max-open-tasks), so it has no capacity for " + tasks
                        + " more; send the assignment again later");
    }

    /**
     * The events that accept an assignment.
     *
     * @param invalid failures of the tasks that can't be copied because of invalid fields, by the index of the task
     */
    public static List<LegacyEvent> accept(
            UUID id, List<LegacyTask> tasks, Map<Integer, LegacyFailure> invalid, Instant now) {
        List<LegacyEvent> events = new ArrayList<>();
        events.add(new LegacyEvent.LegacyAssigned(id, tasks, Optional.of(now)));
        if (!invalid.isEmpty()) {
            events.add(
                    new LegacyEvent.LegacyTasksFinished(id, List.copyOf(invalid.keySet()), invalid, Optional.of(now)));
        }
        return events;
    }

    /** The events, followed by the expiry of the ended assignments that then exceed the limits, if any. */
    public static List<LegacyEvent> withExpiry(LegacyState state, List<LegacyEvent> events, LegacyLimits limits) {
        LegacyState after = state;
        for (LegacyEvent event : events) {
            after = after.apply(event);
        }
        List<LegacyEvent> all = new ArrayList<>(events);
        after.ended().expireExcess(limits).ifPresent(all::add);
        return all;
    }

    /** The events that keep the ended assignments within the limits at {@code now}; empty if they are. */
    public static List<LegacyEvent> expire(LegacyState state, Instant now, LegacyLimits limits) {
        List<LegacyEvent> byAge = state.ended().expireBefore(now.minus(limits.keepEndedFor())).stream()
                .map(LegacyEvent.class::cast)
                .toList();
        return withExpiry(state, byAge, limits);
    }
}
