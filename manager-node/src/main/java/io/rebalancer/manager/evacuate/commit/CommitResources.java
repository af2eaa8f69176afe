package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.port.MetadataTier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The parts of the manager that commits use; the same for every job.
 *
 * @param settings the current settings, read for every assignment
 * @param runningCalls gets the number of calls in progress whenever a call has ended
 */
public record CommitResources(Supplier<CommitSettings> settings, MetadataTier tier, IntConsumer runningCalls) {}
