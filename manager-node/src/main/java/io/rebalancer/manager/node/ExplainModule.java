package io.rebalancer.manager.node;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.port.ExplainService;
import io.rebalancer.manager.explain.ManagerExplainService;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/** The explanations of objects and jobs. */
final class ExplainModule {
    private final ExplainService service;

    /** @param evacuate the current settings, which may be reloaded */
    ExplainModule(
            ActorSystem<?> system,
            Supplier<EvacuateSettings> evacuate,
            MetadataModule metadata,
            JobsModule jobs,
            ReadSideModule readSide) {
        this.service = ManagerExplainService.create(
                system, jobs.service(), metadata.tier(), readSide.readSide().recordAttempts(), evacuate);
    }

    ExplainService service() {
        return service;
    }
}
