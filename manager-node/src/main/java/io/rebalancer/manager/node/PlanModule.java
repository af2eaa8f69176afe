package io.rebalancer.manager.node;

import io.rebalancer.cluster.message.PlanMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.port.PlanService;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.plan.ClusterPlanService;
import io.rebalancer.manager.plan.PlanRegistry;
import io.rebalancer.manager.plan.PlanResources;
import io.rebalancer.manager.preflight.FleetQueries;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** The plans of jobs. */
final class PlanModule {
    static final String PLAN_REGISTRY = "PlanRegistry";

    private static final Duration FLEET_TIMEOUT = Duration.ofSeconds(3);

    private final PlanService service;

    /** @param evacuate the current settings, which may be reloaded */
    PlanModule(
            ActorSystem<?> system,
            Supplier<EvacuateSettings> evacuate,
            MetadataModule metadata,
            JobsModule jobs,
            ReadSideModule readSide) {
        PlanResources resources = new PlanResources(
                new PlanningResources(
                        evacuate, metadata.scan(), jobs.directory(), jobs.spaceBroker(), Clock.systemUTC()),
                new FleetQueries(system, jobs.directory(), jobs.spaceBroker(), FLEET_TIMEOUT),
                readSide.readSide().history());
        ActorRef<PlanMessage> registry = Singletons.start(system, PLAN_REGISTRY, PlanRegistry.create(resources));
        this.service = new ClusterPlanService(system, metadata.tier(), registry);
    }

    PlanService service() {
        return service;
    }
}
