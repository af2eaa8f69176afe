package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;

/**
 * Updates merged into one step of an event stream of the fleet. The step keeps every change of a job's state and of a storage
 * node, in order, but only the latest progress of each job.
 */
final class PacedFleet {
    private final List<FleetUpdate> notable = new ArrayList<>();
    private final Map<Long, FleetUpdate.OfJob> latest = new LinkedHashMap<>();

    /**
     * A storage node.
     *
     * @param job the job that empties or emptied the node; absent if the node is in service or excluded
     * @param since when the node left service; absent if it is in service
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record NodeView(String storageNode, String state, Optional<UUID> job, Optional<Instant> since) {
        static NodeView of(FleetUpdate.NodeChange change) {
            return new NodeView(
                    change.node().text(),
                    change.status()
                            .map(NodeStatus::state)
                            .orElse(ServiceState.IN_SERVICE)
                            .name(),
                    change.status().flatMap(NodeStatus::jobId),
                    change.status().map(NodeStatus::since));
        }
    }

    PacedFleet(FleetUpdate first) {
        merge(first);
    }

    /** The events that an update keeps waiting while a client is slow. Progress replaces the progress before. */
    static long weight(FleetUpdate update) {
        if (update instanceof FleetUpdate.OfJob job) {
            return job.update().changesState() ? 1 : 0;
        }
        return update instanceof FleetUpdate.Started started
                ? 1 + started.nodes().size()
                : 1;
    }

    /** Adds an update to this step. The stream owns this object, so it is changed in place. */
    PacedFleet merge(FleetUpdate next) {
        if (next instanceof FleetUpdate.OfJob job) {
            latest.put(job.number(), job);
            if (job.update().changesState()) {
                notable.add(job);
            }
        } else {
            notable.add(next);
        }
        return this;
    }

    /** @param cursor what the client has; moves on with each event */
    List<ServerSentEvent> toServerSentEvents(FleetCursor cursor) {
        List<ServerSentEvent> events = new ArrayList<>();
        for (FleetUpdate update : notable) {
            cursor.apply(update);
            if (update instanceof FleetUpdate.Started started) {
                addNodes(events, cursor, started.nodes());
            } else if (update instanceof FleetUpdate.Registered registered) {
                addNodes(events, cursor, registered.node().stream().toList());
            } else if (update instanceof FleetUpdate.OfJob job) {
                events.add(event("state", cursor, job));
            }
        }
        latest.values().stream().filter(job -> !job.update().changesState()).forEach(job -> {
            cursor.apply(job);
            events.add(event("progress", cursor, job));
        });
        return events;
    }

    /** Only the last one has an id: a client that loses its connection between them gets all of them again. */
    private static void addNodes(List<ServerSentEvent> events, FleetCursor cursor, List<FleetUpdate.NodeChange> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            Optional<String> id =
                    i == nodes.size() - 1 ? Optional.of(cursor.position().toString()) : Optional.empty();
            events.add(EventStreams.event("storage-node", id, NodeView.of(nodes.get(i))));
        }
    }

    private static ServerSentEvent event(String type, FleetCursor cursor, FleetUpdate.OfJob job) {
        return EventStreams.event(
                type, Optional.of(cursor.position().toString()), JobView.of(job.jobId(), job.update()));
    }
}
