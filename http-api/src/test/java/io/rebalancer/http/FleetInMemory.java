package io.rebalancer.http;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.http.v1.jobs.FleetFeed;
import io.rebalancer.http.v1.jobs.FleetPosition;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The changes of a fleet with two jobs. The registry has 7 events at the start: number 5 created the first job, which runs. Number 8
 * creates the second job, and number 9 closes it.
 */
public final class FleetInMemory implements FleetFeed {
    public static final UUID FIRST = new UUID(5, 5);
    public static final UUID SECOND = new UUID(8, 8);
    public static final StorageNodeId NODE = new StorageNodeId("8.stor.us-east.example.com");

    /** What each stream asked for. */
    public volatile Optional<FleetPosition> after = Optional.empty();

    public volatile Set<UUID> jobs = Set.of();

    private static FleetUpdate.NodeChange node(ServiceState state) {
        return new FleetUpdate.NodeChange(NODE, Optional.of(new NodeStatus(NODE, state, SECOND, Instant.EPOCH)));
    }

    /** All changes, in their order. */
    public static List<FleetUpdate> changes() {
        List<JobUpdate> updates = ApiServer.updates();
        List<FleetUpdate> all = new ArrayList<>();
        all.add(new FleetUpdate.Started(7, List.of(), Set.of(), Set.of()));
        all.add(new FleetUpdate.OfJob(5, FIRST, updates.get(10).asStart()));
        all.add(new FleetUpdate.Registered(
                8, Optional.of(node(ServiceState.FENCED)), OptionalLong.of(8), OptionalLong.empty()));
        updates.forEach(update -> all.add(new FleetUpdate.OfJob(8, SECOND, update)));
        all.add(new FleetUpdate.OfJob(5, FIRST, updates.get(20)));
        all.add(new FleetUpdate.Ended(8));
        all.add(new FleetUpdate.Registered(
                9, Optional.of(node(ServiceState.DRAINED)), OptionalLong.empty(), OptionalLong.of(8)));
        all.add(new FleetUpdate.OfJob(5, FIRST, updates.get(30)));
        return all;
    }

    /** What streams have instead of {@link #changes}. */
    public volatile Optional<Source<FleetUpdate, NotUsed>> load = Optional.empty();

    @Override
    public Source<FleetUpdate, NotUsed> updates(Optional<FleetPosition> start, Set<UUID> wanted) {
        after = start;
        jobs = wanted;
        return load.orElseGet(() -> Source.from(changes()));
    }
}
