package io.rebalancer.http.v1.jobs;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What one client has of the fleet after each of its events. One stream owns it. */
final class FleetCursor {
    private long registry;
    /** The revision of each job that the client has not got completely. */
    private final Map<Long, Long> revisions = new HashMap<>();
    /** Jobs of which the client has the end, and those of which the registry knows it. A job with both is forgotten. */
    private final Set<Long> ended = new HashSet<>();

    private final Set<Long> closed = new HashSet<>();

    FleetCursor(Optional<FleetPosition> start) {
        start.ifPresent(position -> {
            registry = position.registry();
            revisions.putAll(position.revisions());
        });
    }

    /** The client gets this update next. */
    void apply(FleetUpdate update) {
        if (update instanceof FleetUpdate.Started started) {
            registry = started.registry();
            revisions.keySet().retainAll(started.jobs());
            closed.addAll(started.closed());
        } else if (update instanceof FleetUpdate.Registered registered) {
            registry = registered.registry();
            registered.created().ifPresent(number -> revisions.putIfAbsent(number, 0L));
            registered.closed().ifPresent(number -> {
                closed.add(number);
                forgetIfDone(number);
            });
        } else if (update instanceof FleetUpdate.OfJob job) {
            revisions.put(job.number(), job.update().revision());
            if (job.update().state().phase().terminal()) {
                end(job.number());
            }
        } else if (update instanceof FleetUpdate.Ended job) {
            end(job.number());
        }
    }

    private void end(long number) {
        ended.add(number);
        forgetIfDone(number);
    }

    private void forgetIfDone(long number) {
        if (ended.contains(number) && closed.contains(number)) {
            revisions.remove(number);
        }
    }

    FleetPosition position() {
        return new FleetPosition(registry, new TreeMap<>(revisions));
    }
}
