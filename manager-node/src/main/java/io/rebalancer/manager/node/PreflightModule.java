package io.rebalancer.manager.node;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.port.PreflightService;
import io.rebalancer.manager.preflight.Preflight;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/** The checks before a job is created. */
final class PreflightModule {
    private final PreflightService service;

    /**
     * @param evacuate the current settings, which may be reloaded
     * @param legacy the current settings of the legacy API, which may be reloaded
     */
    PreflightModule(
            ActorSystem<?> system,
            Supplier<EvacuateSettings> evacuate,
            Supplier<LegacySettings> legacy,
            MetadataModule metadata,
            JobsModule jobs) {
        this.service = Preflight.create(
                system,
                metadata.tier(),
                jobs.service(),
                jobs.nodes(),
                jobs.directory(),
                jobs.spaceBroker(),
                () -> evacuate.get().placement(),
                legacy);
    }

    PreflightService service() {
        return service;
    }
}
