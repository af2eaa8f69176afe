package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Clock;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The parts of the manager that planning uses; the same for every pass.
 *
 * @param settings the current settings, which may change during a pass
 * @param scan what the scans of all jobs share
 * @param directory knows the destinations
 * @param spaceBroker grants leases of space on destinations
 * @param limits what operators allow the job
 */
public record PlanningResources(
        Supplier<EvacuateSettings> settings,
        ScanResources scan,
        ActorRef<StorageNodeDirectory.Command> directory,
        ActorRef<SpaceMessage> spaceBroker,
        Clock clock,
        LiveLimits limits) {

    /** Without choices of operators. */
    public PlanningResources(
            Supplier<EvacuateSettings> settings,
            ScanResources scan,
            ActorRef<StorageNodeDirectory.Command> directory,
            ActorRef<SpaceMessage> spaceBroker,
            Clock clock) {
        this(settings, scan, directory, spaceBroker, clock, LiveLimits.of(settings));
    }

    /** The same parts with another scan. */
    public PlanningResources withScan(ScanResources other) {
        return new PlanningResources(settings, other, directory, spaceBroker, clock, limits);
    }

    /** The same parts with the limits of a job. */
    public PlanningResources withLimits(LiveLimits other) {
        return new PlanningResources(settings, scan, directory, spaceBroker, clock, other);
    }
}
