package io.rebalancer.core.port;

import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.SettingsChange;
import java.util.concurrent.CompletionStage;

/** What operators set for all jobs together. Every manager serves it. */
public interface FleetSettingsService {

    /** What operators chose. Fails if the owner of the settings does not reply. */
    CompletionStage<Choices> get();

    /**
     * Changes settings. All managers learn that within a moment. Safe to repeat.
     *
     * @param by who orders that
     * @return what holds afterwards
     */
    CompletionStage<Choices> change(SettingsChange change, String by);
}
